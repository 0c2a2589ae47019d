// The flags of a chapter's program, a line each, from what the program says itself:
//
//   node flags.js NN-name.js LIST
//
// A line is name, placeholder, help and what is expected as a value, with tabs between them. The first two
// and the help are those of --help; what is expected is what the program says of a value that is none, "?".
"use strict";
const fs = require("fs");
const {load, run} = require("./under_node.js");

const main = async (file, list) => {
  const program = load(file);
  const help = await run(program, ["--help"]);
  if (help.status !== 0) throw new Error(help.error);
  const lines = [];
  for (const [, name, placeholder = "", text] of help.text.matchAll(/^  --([\w-]+)(?: (\S+))?   +(.*)$/gm)) {
    let expected = "";
    if (placeholder) {
      // The seed is wrong in any case, so that nothing runs where "?" is a value.
      const refused = await run(program, ["--" + name, "?", ...(name === "seed" ? [] : ["--seed", "?"])]);
      if (refused.status !== 2) throw new Error(`--${name} ? --seed ? ended with ${refused.status}`);
      expected = (refused.error.match(/^[\w-]+: --([\w-]+): found '\?', expected (.*?)(?: \(see --help\))?\n$/) ?? []);
      expected = expected[1] === name ? expected[2] : "";
    }
    lines.push([name, placeholder, text, expected].join("\t") + "\n");
  }
  if (lines.length === 0) throw new Error("no flags in:\n" + help.text);
  fs.writeFileSync(list, lines.join(""));
};

main(...process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
