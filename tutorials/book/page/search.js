// Search over the whole book. Its words (page/words.js) are loaded, as a script, when somebody first
// searches. Without scripts there is no button.
"use strict";
var doxa = window.doxa ?? {};

{
  const bar = document.querySelector(".bar"), root = bar.dataset.root;
  const element = (tag, attributes = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...children);
    return made;
  };
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  const button = element("button", {type: "button", className: "search", title: "Search the book (/)"},
      "Search");
  const input = element("input",
      {type: "search", autocomplete: "off", spellcheck: false, placeholder: "words, (10.6), a file"});
  input.setAttribute("aria-label", "Search the book");
  const close = element("button", {type: "button"}, "Close"), status = element("p"), list = element("ol");
  status.setAttribute("role", "status");
  const dialog = element("dialog", {className: "search"}, element("div", {className: "row"}, input, close),
      status, list);
  dialog.setAttribute("aria-label", "Search the book");
  bar.querySelector(".ways").before(button);
  document.body.append(dialog);

  let loading = null;
  const words = () => loading ??= new Promise((resolve, reject) => {
    const script = element("script", {src: root + "page/words.js"});
    script.onload = () => {
      for (const section of doxa.words.sections) section.plain = [plain(section[2]), plain(section[3])];
      resolve(doxa.words);
    };
    script.onerror = () => {
      loading = null;
      reject(new Error("page/words.js cannot be loaded"));
    };
    document.head.append(script);
  });

  // How often a word stands in a text, at the beginning of a word of it counting more.
  const count = (text, word) => {
    let sum = 0;
    for (let at = text.indexOf(word); at >= 0 && sum < 12; at = text.indexOf(word, at + word.length)) {
      sum += at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]) ? 3 : 1;
    }
    return sum;
  };

  // [{href, title, where, text}], the best first.
  doxa.find = ({pages, sections, equations, files}, query) => {
    const found = [], asked = plain(query).split(/\s+/).filter(Boolean);
    const number = /^\(?(\d\d\.\d+)\)?$/.exec(query.trim())?.[1];
    if (number in equations) {
      const [href, title] = pages[equations[number]];
      found.push({score: Infinity, href: `${href}#eq-${number}`, title: `Equation (${number})`, where: title,
          text: ""});
    }
    for (const section of sections) {
      const [page, id, title, text] = section, [head, body] = section.plain, whole = plain(pages[page][1]);
      let score = 0;
      for (const word of asked) {
        const of = 8 * count(head, word) + count(body, word) + (id === "" ? 8 : 2) * count(whole, word);
        score = of ? score + Math.log(1 + of) : -Infinity;
      }
      const [href, where] = pages[page];
      if (score > 0) found.push({score, href: href + (id && "#" + id), title: title || where, where, text});
    }
    for (const file of files) {
      if (!asked.length || !asked.every((word) => file.toLowerCase().includes(word))) continue;
      found.push({score: 1, href: file + ".html", title: file, where: "source file", text: ""});
    }
    return found.sort((a, b) => b.score - a.score);
  };

  // Some words around the first place, with what was asked for marked.
  const snippet = (text, asked) => {
    const low = text.toLowerCase(), places = asked.map((word) => low.indexOf(word)).filter((i) => i >= 0);
    const at = Math.min(...places, text.length);
    const from = at > 60 ? text.indexOf(" ", at - 60) + 1 : 0, part = text.slice(from, from + 170);
    const literal = (word) => word.replace(/[^\p{L}\p{N}\s]/gu, "\\$&");
    const pattern = new RegExp(asked.map(literal).join("|"), "giu");
    const nodes = [from ? "… " : ""];
    let last = 0;
    for (const match of part.matchAll(pattern)) {
      nodes.push(part.slice(last, match.index), element("mark", {}, match[0]));
      last = match.index + match[0].length;
    }
    return [...nodes, part.slice(last), from + 170 < text.length ? " …" : ""];
  };

  const search = async () => {
    const query = input.value.trim(), asked = query.toLowerCase().split(/\s+/).filter(Boolean);
    const all = query.length < 2 ? [] : await words().then((known) => doxa.find(known, query), (error) => {
      status.textContent = error.message;
    });
    if (!all || query !== input.value.trim()) return;
    const places = {0: "nothing found", 1: "1 place"}[all.length] ?? `${all.length} places`;
    status.textContent = query.length < 2 ? "" : places;
    list.replaceChildren(...all.slice(0, 30).map(({href, title, where, text}) => element("li", {},
        element("a", {href: root + href}, title),
        title === where ? "" : element("span", {className: "where"}, where),
        element("p", {}, ...snippet(text, asked)))));
  };
  const open = () => {
    if (dialog.open) return;
    for (const details of bar.querySelectorAll("details")) details.open = false;
    dialog.showModal();
    input.select();
    words().catch(() => {});
  };

  button.addEventListener("click", open);
  close.addEventListener("click", () => dialog.close());
  input.addEventListener("input", search);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("a")) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")], at = links.indexOf(document.activeElement);
    const to = {ArrowDown: at + 1, ArrowUp: at - 1}[event.key];
    if (event.key === "Escape") dialog.close();  // at once: else the field takes it first
    if (event.key === "Enter" && document.activeElement === input) links[0]?.click();
    if (to === undefined || !links.length) return;
    event.preventDefault();
    (links[to] ?? (to < 0 ? input : links.at(-1))).focus();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    event.preventDefault();
    open();
  });
}
