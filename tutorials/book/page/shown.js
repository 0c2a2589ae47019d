// What a run found, in the text of the page where the committed figures, tables and numbers stand; and back
// again.
"use strict";
var doxa = window.doxa ?? {};

// `value` written like `text`, which is a number: with as many digits, and a power of ten or thin groups if
// it has them.
doxa.like = (text, value) => {
  const [, sign, digits, power] = /^([-−+]?)([\d .]+)((?:e-?\d+)?)$/.exec(text) ?? [];
  if (digits === undefined) return null;
  const places = digits.split(".")[1]?.length ?? 0;
  let shown = Math.abs(value).toFixed(places), exponent = "";
  if (power) [shown, exponent] = Math.abs(value).toExponential(places).split("e");
  if (exponent) exponent = "e" + Number(exponent);
  if (digits.includes(" ")) shown = shown.replace(/\B(?=(\d{3})+(?!\d)(?=\.|$))/g, " ");
  const minus = value < 0 && /[1-9]/.test(shown);
  return (minus ? (sign === "-" ? "-" : "−") : sign === "+" ? "+" : "") + shown + exponent;
};

// A place of the text that a run can change: {own, committed, place}, nodes of which one is shown in the
// place. Beside a formula the run's number is added.
const numberPlace = (span, results) => {
  const value = results[span.dataset.name], like = span.dataset.like;
  if (typeof value !== "number") return null;
  const text = doxa.like(like, span.dataset.percent ? 100 * value : value);
  if (text === null || text === like) return null;
  const own = document.createElement("mark");
  own.className = "differs";
  own.title = "committed with the chapter: " + like;
  if (span.querySelector("math")) {
    own.textContent = "here " + text;
    own.classList.add("beside");
    return {own, committed: [], place: span};
  }
  own.textContent = span.textContent.replace(like, text);
  return {own, committed: [...span.childNodes], place: span};
};

// A printed table: words that differ are marked.
const tablePlace = (pre, results) => {
  const text = results["printed." + pre.dataset.output];
  if (typeof text !== "string") return null;
  const code = pre.querySelector("code") ?? pre;
  const was = code.textContent.split("\n").map((line) => line.split(/( +)/));
  const own = document.createElement("span");
  for (const [row, line] of text.replace(/\n$/, "").split("\n").entries()) {
    if (row > 0) own.append("\n");
    const words = line.split(/( +)/), old = was[row] ?? [];
    for (const [column, word] of words.entries()) {
      if (word.trim() === "" || word === old[column]) {
        own.append(word);
        continue;
      }
      const mark = document.createElement("mark");
      mark.className = "differs";
      mark.textContent = word;
      own.append(mark);
    }
  }
  if (own.textContent === code.textContent.replace(/\n$/, "")) return null;
  return {own, committed: [...code.childNodes], place: code};
};

const figurePlace = (image, pictures) => {
  const name = /figures\/([^/]+\.svg)$/.exec(image.getAttribute("src"))?.[1];
  if (!name || !pictures[name]) return null;
  const own = image.cloneNode();
  own.src = pictures[name];
  own.removeAttribute("loading");
  own.alt += " (from the run on this page)";
  return {own, committed: [image], place: image.parentNode, name};
};

// Puts what a run left into the page; returns what has changed, the names of figures that no place of the
// page shows, and show(own) that switches.
//   results   name → number or text, of results.json
//   pictures  file name → address
doxa.shown = (results, pictures) => {
  const places = (selector, of) => [...document.querySelectorAll(selector)].map(of).filter(Boolean);
  const numbers = places("span.result", (each) => numberPlace(each, results));
  const tables = places("pre[data-output]", (each) => tablePlace(each, results));
  const figures = places('main img[src*="figures/"]', (each) => figurePlace(each, pictures));
  const one = ({own, committed, place}, yes) => {
    own.remove();
    for (const node of committed) node.remove();
    place.append(...(yes ? [own] : committed));
  };
  const buttons = [];
  let now = false;
  const label = () => buttons.forEach(({button, own}) => {
    button.textContent = own ? "show the committed figure" : "show this run's figure";
  });
  for (const figure of figures) {
    const button = document.createElement("button"), entry = {button, own: false, figure};
    button.type = "button";
    button.className = "switch";
    button.addEventListener("click", () => {
      entry.own = !entry.own;
      one(figure, entry.own);
      label();
    });
    (figure.place.closest(".scroll") ?? figure.place).after(button);
    buttons.push(entry);
  }
  const show = (yes) => {
    now = yes;
    for (const place of [...numbers, ...tables, ...figures]) one(place, yes);
    for (const entry of buttons) entry.own = yes;
    label();
  };
  const remove = () => {
    if (now) show(false);
    for (const {button} of buttons) button.remove();
  };
  const elsewhere = Object.keys(pictures).filter((name) => !figures.some((figure) => figure.name === name));
  return {numbers: numbers.length, tables: tables.length, figures: figures.length, elsewhere, show, remove};
};
