// An exhibit in its page: what is moved becomes a line, the program answers it, and what it says is shown. The program is
// loaded when an exhibit is first touched, and runs in a worker of its own, so that the page stays alive.
"use strict";
var doxa = window.doxa ?? {};

// The worker's source, which all exhibits of a page share.
doxa.exhibitSource = (address) => doxa.exhibitLoading ??= new Promise((resolve, reject) => {
  doxa.exhibitProgram = (f) => resolve(URL.createObjectURL(new Blob(
      ["const program = new Promise((ready) => (", String(f), ")(ready)); onmessage = async ({data: [name, line]}) => {",
       "const answer = await program; if (answer instanceof Error) throw answer; postMessage(answer(name, line)); };"],
      {type: "text/javascript"})));
  const script = document.createElement("script");
  script.src = address;
  script.onerror = () => {
    doxa.exhibitLoading = undefined;
    reject(new Error(`${address} cannot be loaded`));
  };
  document.head.append(script);
});

doxa.exhibit = (section) => {
  const find = (selector) => section.querySelector(selector);
  const form = find("form"), refused = find(".refused"), news = find(".news"), pictures = find(".pictures");
  const numbers = find("dl"), listing = find("pre"), name = section.dataset.name;
  const waiting = new Map();  // lines not yet said; of a slider only the last counts
  let worker = null, busy = null, presses = 0;

  const fieldOf = (word) => form.querySelector(`[name="${CSS.escape(word)}"]`);
  const element = (tag, ...content) => {
    const made = document.createElement(tag);
    made.append(...content);
    return made;
  };

  const showPicture = (image, {description, svg}) => {
    const [, width, height] = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
    const before = image.src;
    image.onload = image.onerror = () => before.startsWith("blob:") && URL.revokeObjectURL(before);
    image.src = URL.createObjectURL(new Blob([svg], {type: "image/svg+xml"}));
    image.alt = description;
    [image.width, image.height] = [Math.round(width), Math.round(height)];
    image.style.flex = `${Math.round(width)} 1 ${Math.round(0.8 * width)}px`;  // beside its neighbours it is as high as they
    image.style.maxWidth = `min(100%, ${Math.round(1.15 * width)}px)`;
  };
  const show = (answer) => {
    refused.textContent = "";
    news.textContent = answer.news;
    numbers.replaceChildren(...answer.numbers.map(([of, text]) => element("div", element("dt", of), element("dd", text))));
    listing.textContent = answer.listing;
    listing.hidden = answer.listing === "";
    while (pictures.childElementCount > answer.pictures.length) pictures.lastElementChild.remove();
    while (pictures.childElementCount < answer.pictures.length) pictures.append(document.createElement("img"));
    answer.pictures.forEach((picture, i) => showPicture(pictures.children[i], picture));
    for (const {kind, name: of, label, value} of answer.controls) {
      const field = fieldOf(of);
      if (kind === "button") {
        field.textContent = label;
        continue;
      }
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
      if (kind === "slider") field.nextElementSibling.textContent = Number(Number(value).toPrecision(4));
      if (!waiting.has(of)) field.value = value;
    }
  };
  const refuse = (why, field) => {
    refused.textContent = why;
    if (!field) return;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", refused.id);
  };

  const next = () => {
    if (busy || !worker || waiting.size === 0) {
      if (!busy) delete section.dataset.busy;
      return;
    }
    busy = waiting.keys().next().value;
    const line = waiting.get(busy);
    waiting.delete(busy);
    worker.postMessage([name, line]);
  };
  const answered = ({data}) => {
    const answer = JSON.parse(data);
    if (answer.error) refuse(answer.error, fieldOf(busy));
    else show(answer);
    busy = null;
    next();
  };
  const fail = (why) => {
    worker?.terminate();
    [worker, busy] = [null, null];
    waiting.clear();
    delete section.dataset.busy;
    refuse("The exhibit could not be run: " + why);
  };
  const say = (key, line) => {
    waiting.set(key, line);
    section.dataset.busy = "yes";
    start().then(next);
  };
  let started = null;
  const start = () => started ??= doxa.exhibitSource(section.dataset.program).then((source) => {
    worker = new Worker(source);
    worker.onmessage = answered;
    worker.onerror = (event) => {
      event.preventDefault();
      started = null;
      fail(event.message);
    };
  }).catch((error) => {
    started = null;
    fail(error.message);
  });

  for (const input of form.querySelectorAll("input")) {
    input.addEventListener(input.type === "range" ? "input" : "change", () => say(input.name, `${input.name} ${input.value}`));
  }
  for (const button of form.querySelectorAll("button")) {
    button.addEventListener("click", () => say(`${button.name} ${++presses}`, button.name));
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const touch of ["pointerdown", "focusin"]) form.addEventListener(touch, start);
  form.hidden = false;
};

document.querySelectorAll("section.exhibit").forEach(doxa.exhibit);
