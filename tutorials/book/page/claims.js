// The claims that end a run, out of its lines: "✓ sentence", further lines of the sentence two columns in,
// and four columns in both numbers, the difference, the tolerance and its reason.
"use strict";
var doxa = window.doxa ?? {};

// take(line): true when the line belongs to a claim.
doxa.claims = () => {
  const all = [];
  let open = false;
  return {
    all,
    take(line) {
      const first = /^([✓✗]) (.*)$/u.exec(line);
      if (first) {
        all.push({holds: first[1] === "✓", sentence: first[2], numbers: ""});
        open = true;
        return true;
      }
      const more = /^( {2}| {4})(\S.*)$/.exec(line);
      open = open && more !== null;
      if (!open) return false;
      const claim = all.at(-1), part = more[1].length === 2 ? "sentence" : "numbers";
      claim[part] += (claim[part] ? " " : "") + more[2];
      return true;
    },
  };
};

// A claim as an item of a list: a mark, and a sentence that unfolds.
doxa.claimItem = ({holds, sentence, numbers}) => {
  const item = document.createElement("li"), details = document.createElement("details");
  const summary = document.createElement("summary"), mark = document.createElement("span");
  mark.className = holds ? "holds" : "fails";
  mark.textContent = holds ? "✓ " : "✗ ";
  summary.append(mark, sentence);
  const text = document.createElement("p");
  text.textContent = numbers;
  details.append(summary, text);
  details.open = !holds;
  item.append(details);
  return item;
};
