// What a reader of a page is helped with: the meaning of a symbol under the pointer, or of the symbols of a
// formula that has the focus; figures that can be shown at full size on a narrow screen; sheets of the bar
// that close.
"use strict";
var doxa = window.doxa ?? {};

// The meanings are those of the sheet "Notation", whose entries have the numbers of the symbols' data-n.
doxa.meanings = () => {
  const box = document.createElement("div");
  box.id = "meaning";
  box.className = "notation";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  document.body.append(box);
  let shownFor = null, waiting = 0;

  const hide = () => {
    clearTimeout(waiting);
    shownFor?.removeAttribute?.("aria-describedby");
    shownFor = null;
    box.hidden = true;
  };
  const show = (target, numbers) => {
    hide();
    const entries = numbers.map((n) => document.getElementById("symbol-" + n)).filter(Boolean);
    if (!entries.length) return;
    const list = document.createElement("dl");
    for (const entry of entries) list.append(entry.cloneNode(true));
    for (const entry of list.children) entry.removeAttribute("id");
    box.replaceChildren(list);
    box.hidden = false;
    // Below the symbol, or above it where there is more room; never over it.
    const at = target.getBoundingClientRect(), edge = document.documentElement.clientWidth, gap = 6;
    const under = innerHeight - at.bottom - 2 * gap,
        over = at.top - document.querySelector(".bar").offsetHeight - 2 * gap;
    box.style.maxHeight = "";
    const below = box.offsetHeight <= under || under >= over;
    box.style.maxHeight = Math.max(below ? under : over, 120) + "px";
    box.style.left = Math.max(8, Math.min(at.left, edge - box.offsetWidth - 8)) + scrollX + "px";
    box.style.top = (below ? at.bottom + gap : at.top - box.offsetHeight - gap) + scrollY + "px";
    shownFor = target;
    if (target.tabIndex >= 0) target.setAttribute("aria-describedby", box.id);
  };
  const numbersOf = (symbol) => symbol.dataset.n.split(" ");
  const all = (formula) => [...new Set([...formula.querySelectorAll("[data-n]")].flatMap(numbersOf))];

  document.addEventListener("pointerover", (event) => {
    if (box.contains(event.target)) return clearTimeout(waiting);
    const symbol = event.target.closest("[data-n]");
    clearTimeout(waiting);
    if (symbol === shownFor && symbol) return;
    if (symbol) waiting = setTimeout(() => show(symbol, numbersOf(symbol)), 120);
    else if (shownFor && shownFor !== document.activeElement) waiting = setTimeout(hide, 250);
  });
  document.addEventListener("click", (event) => {  // a finger has no pointer to hover with
    const symbol = event.target.closest("[data-n]");
    if (symbol) show(symbol, numbersOf(symbol));
    else if (!box.contains(event.target)) hide();
  });
  document.addEventListener("focusin", (event) => {
    const formula = event.target.matches(".equation .scroll:focus-visible, .long:focus-visible");
    if (formula) show(event.target, all(event.target));
    else hide();
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  addEventListener("resize", hide);
};

// A figure fits its page; a button beside it shows it at its full size, in a box that scrolls.
doxa.enlarge = (figure) => {
  const button = document.createElement("button"), box = figure.querySelector(".scroll");
  button.type = "button";
  button.className = "enlarge";
  const label = () => {
    const full = figure.classList.contains("full");
    button.textContent = full ? "fit to the page" : "full size";
    button.setAttribute("aria-pressed", full);
  };
  button.addEventListener("click", () => {
    figure.classList.toggle("full");
    label();
  });
  label();
  box.after(button);
};

doxa.sheets = () => {
  const open = () => document.querySelector(".bar details[open]");
  document.addEventListener("keydown", (event) => {
    const details = event.key === "Escape" && open();
    if (!details) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    const details = open();
    if (details && (!details.contains(event.target) || event.target.closest("a"))) details.open = false;
  });
};

// On the page of a source file a click on the number of a line makes it the page's address.
doxa.lines = (code) => code.addEventListener("click", (event) => {
  const line = event.target.closest("code > span");
  if (!line) return;
  const {left} = line.getBoundingClientRect(), width = parseFloat(getComputedStyle(line).paddingLeft);
  if (event.clientX < left + width) location.hash = line.id;
});

doxa.meanings();
doxa.sheets();
document.querySelectorAll(".figure").forEach(doxa.enlarge);
document.querySelectorAll(".source code.sourceCode").forEach(doxa.lines);
