// Puts the WebAssembly that stands beside a script into it, compressed:
//
//   node pack.js NAME.js PACKED.js
"use strict";
const fs = require("fs");
const zlib = require("zlib");

const [script, packed] = process.argv.slice(2);
const parts = fs.readFileSync(script, "utf8").split("@WASM@");
if (parts.length !== 2) throw new Error(`${script} has ${parts.length - 1} places for its WebAssembly`);
const wasm = zlib.gzipSync(fs.readFileSync(script.replace(/\.js$/, ".wasm")), {level: 9});
fs.writeFileSync(packed, parts.join(wasm.toString("base64")));
