// Each exhibit as it is before a reader touches it: its controls and what it says first, from the program itself.
//
//   node exhibits_at_rest.js exhibits.js FRAGMENTS PICTURES NAME…
//
// writes FRAGMENTS/NAME.html, in which {{run}} stands for the way to the folder of PICTURES, and PICTURES/NAME-N.svg.
"use strict";
const fs = require("fs");
const path = require("path");
const {loadExhibits} = require("./under_node.js");

const escape = (text) => text.replace(/[&<>"]/g, (c) => ({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})[c]);

const control = (name) => (c) => {
  const id = `exhibit-${name}-${c.name}`, label = `<label for="${id}">${escape(c.label)}</label>`;
  if (c.kind === "slider") {
    return `<div class="dial">${label}<input type="range" id="${id}" name="${c.name}" min="${c.low}" max="${c.high}" ` +
        `step="${c.step}" value="${c.value}"><output for="${id}">${c.value}</output></div>`;
  }
  if (c.kind === "field") {
    return `<div class="field">${label}<input type="text" id="${id}" name="${c.name}" value="${escape(c.value)}" ` +
        `autocomplete="off" autocapitalize="off" spellcheck="false"></div>`;
  }
  return `<button type="button" name="${c.name}">${escape(c.label)}</button>`;
};

// All of them in their order, buttons that follow one another in a row.
const controls = (name, all) => all.map((c, i) => {
  const isButton = (each) => each?.kind === "button";
  return (isButton(c) && !isButton(all[i - 1]) ? '<div class="buttons">' : "") + control(name)(c) +
      (isButton(c) && !isButton(all[i + 1]) ? "</div>\n" : "\n");
}).join("");

// A picture is as wide as its neighbours let it, and beside them as high.
const flex = (width) => `flex: ${Math.round(width)} 1 ${Math.round(0.8 * width)}px; max-width: min(100%, ${Math.round(1.15 * width)}px)`;

const fragment = (name, answer, pictures) => {
  const sizes = answer.pictures.map(({svg}) => /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg));
  return `<section class="exhibit" id="exhibit-${name}" aria-labelledby="exhibit-${name}-title" data-name="${name}" ` +
      `data-program="{{run}}/exhibits.js">\n<p class="title" id="exhibit-${name}-title">${escape(answer.title)}</p>\n` +
      `<form hidden>\n${controls(name, answer.controls)}</form>\n` +
      `<p class="refused" id="exhibit-${name}-refused" role="alert"></p>\n<p class="news" role="status">${escape(answer.news)}</p>\n` +
      `<div class="pictures">${answer.pictures.map(({description}, i) =>
          `<img src="{{run}}/exhibits/${path.basename(pictures[i])}" alt="${escape(description)}" width="${sizes[i][1]}" height="${sizes[i][2]}" style="${flex(sizes[i][1])}">`).join("")}</div>\n` +
      `<dl>${answer.numbers.map(([of, text]) => `<div><dt>${escape(of)}</dt><dd>${escape(text)}</dd></div>`).join("")}</dl>\n` +
      `<pre tabindex="0" role="group" aria-label="${escape(answer.title)}: as a table"${answer.listing ? "" : " hidden"}>` +
      `${escape(answer.listing)}</pre>\n</section>\n`;
};

const main = async ([program, fragments, folder, ...names]) => {
  const say = await loadExhibits(program);
  for (const each of [fragments, folder]) fs.mkdirSync(each, {recursive: true});
  for (const name of names) {
    const answer = JSON.parse(say(name, ""));
    if (answer.error) throw new Error(answer.error);
    const pictures = answer.pictures.map((_, i) => path.join(folder, `${name}-${i + 1}.svg`));
    answer.pictures.forEach(({svg}, i) => fs.writeFileSync(pictures[i], svg));
    fs.writeFileSync(path.join(fragments, name + ".html"), fragment(name, answer, pictures));
  }
};

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
