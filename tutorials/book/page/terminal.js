// What a terminal makes of a program's output: lines, and the bar that stands on the last one while a loop
// runs.
"use strict";
var doxa = window.doxa ?? {};

// `sink`: line(text) for a line that is complete, bar(text) for one that will be drawn again ("" when it is
// gone).
doxa.terminal = (sink) => {
  const decoder = new TextDecoder();
  let line = "", drawn = false;
  return (bytes) => {
    for (const part of decoder.decode(bytes, {stream: true}).split(/(\r|\n)/)) {
      if (part === "\n") {
        sink.line(line);
        if (drawn) sink.bar("");
        [line, drawn] = ["", false];
      } else if (part === "\r") {
        [line, drawn] = ["", true];
      } else {
        line += part.replaceAll("\x1b[K", "");
      }
    }
    if (drawn) sink.bar(line);
  };
};

// "training  ███▌····  120/1000  loss 0.31  2.1 s, 15 s left": what is done, of how much, and the words.
doxa.bar = (text) => {
  const found = /^(.*?)  (?:[█▏▎▍▌▋▊▉·]+  )? *(\d+)\/(\d+)(?:  |$)(.*)$/u.exec(text);
  return found && {done: Number(found[2]), total: Number(found[3]),
      words: `${found[1]} ${found[2]}/${found[3]}  ${found[4]}`};
};
