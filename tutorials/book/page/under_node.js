// A chapter's program, made for a page, under node:
//
//   node under_node.js build/web/book/run/NN-name.js [flag…]
//
// What it leaves is written below the working directory, and its exit status is that of node.
"use strict";
const fs = require("fs");
const path = require("path");

// The function that page/program.js speaks of.
exports.load = (file) => {
  globalThis.self = {location: {href: ""}};  // all that Emscripten's code looks for of a worker
  let program = null;
  const take = (given) => { program = given; };
  new Function("doxa", fs.readFileSync(file, "utf8"))({program: take, exhibitProgram: take});
  return program;
};

// The exhibits' program: answer(name, line), which page/exhibit_program.js speaks of.
exports.loadExhibits = (file) => new Promise((resolve, reject) => {
  exports.load(file)((answer) => answer instanceof Error ? reject(answer) : resolve(answer));
});

// Runs it to its end: {status, files, text, error}. `print` is shown each piece of output as it comes.
exports.run = (program, args, print = () => {}) => new Promise((resolve, reject) => {
  const text = [], error = [];
  program({arguments: args, files: {}}, (said) => {
    if (said.text) text.push(said.text);
    if (said.error) error.push(said.error);
    if (said.text || said.error) print(said);
    if (said.failed) reject(new Error(said.failed));
    if (said.files) resolve({...said, text: Buffer.concat(text).toString(),
        error: Buffer.concat(error).toString()});
  });
});

const main = async ([file, ...args]) => {
  const print = (said) => (said.text ? process.stdout : process.stderr).write(said.text || said.error);
  const end = await exports.run(exports.load(file), args, print);
  for (const [name, bytes] of Object.entries(end.files)) {
    fs.mkdirSync(path.dirname(name), {recursive: true});
    fs.writeFileSync(name, bytes);
  }
  process.exitCode = end.status;
};

if (require.main === module) main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 3;
});
