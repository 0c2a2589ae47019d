// Looks at a page of the text as probe.js does, for what makes it easy to read: numbers of equations at one
// edge, code that is not broken inside an expression, a right column that is never empty where there is one,
// formulas, tables and figures that fit (on a wide page) or scroll inside themselves (on a narrow one), and
// the contents always in reach.
(async () => {
  const problems = [], seen = {numbers: 0, lines: 0, heights: 0};
  if (!document.body.classList.contains("chapter")) return {problems, ...seen};
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const main = document.querySelector("main"), wide = innerWidth > 1200;
  const about = (element) => `<${element.localName} ${element.className}> ${[...element.textContent.trim()].slice(0, 50).join("")}`;
  const folded = [...document.querySelectorAll("main details:not([open]):not(.places)")];
  for (const details of folded) details.open = true;
  await document.fonts.ready;
  await frame();

  const textEdge = document.querySelector("h1").getBoundingClientRect().left
      + parseFloat(getComputedStyle(document.documentElement).fontSize) * 36;

  // Of an equation in a solution the number stands at the solution's edge, which is the page's.
  const edges = new Map();
  for (const number of document.querySelectorAll(".equation .number")) {
    const edge = Math.round(number.getBoundingClientRect().right);
    edges.set(edge, [...(edges.get(edge) ?? []), number]);
    ++seen.numbers;
  }
  const usual = [...edges].sort((a, b) => b[1].length - a[1].length)[0]?.[0];
  for (const [edge, numbers] of edges) {
    if (Math.abs(edge - usual) > 1) problems.push(`equation number ${numbers[0].textContent} ends at ${edge} px, not at ${usual} px`);
  }

  // Only a comment may go on in a line below.
  for (const line of document.querySelectorAll("code.sourceCode > span")) {
    ++seen.lines;
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT), tops = [];
    for (let node; (node = walker.nextNode());) {
      if (node.parentElement.closest(".co") || !node.data.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) if (box.width > 0) tops.push(box.top + box.height / 2);
    }
    if (tops.length && Math.max(...tops) - Math.min(...tops) > 5) problems.push(`code is broken inside an expression: ${line.textContent}`);
  }
  for (const block of document.querySelectorAll("main pre:not(.sourceCode)")) {
    if (getComputedStyle(block).whiteSpace !== "pre") problems.push(`output is broken: ${about(block)}`);
  }

  for (const box of main.querySelectorAll(".scroll, pre, div.sourceCode, .long")) {
    if (!wide || box.closest("li .quote") || box.scrollWidth <= box.clientWidth + 1) continue;
    problems.push(`does not fit: ${box.scrollWidth} > ${box.clientWidth} px ${about(box)}`);
  }
  for (const image of main.querySelectorAll("img")) {
    const box = image.getBoundingClientRect();
    if (box.width > document.documentElement.clientWidth - box.left) problems.push(`figure wider than the page: ${image.getAttribute("src")}`);
    const [w, h] = [image.getAttribute("width"), image.getAttribute("height")];
    if (Math.abs(box.width / box.height - w / h) > 0.02 * w / h) problems.push(`figure out of shape: ${image.getAttribute("src")}`);
  }

  // At every height to which the page can be scrolled. What stands beside the text is whatever goes on a
  // tenth of the page beyond it.
  for (const details of folded) details.open = false;
  await frame();
  const contents = document.querySelector(".bar summary"), beyond = textEdge + innerWidth / 10;
  const leaves = [...main.querySelectorAll("p, li, pre, img, th, td, dt, dd, h1, h2, h3, math, figcaption, summary")]
      .filter((leaf) => leaf.checkVisibility());
  const last = main.getBoundingClientRect().bottom + scrollY;
  let blank = 0, from = 0, textless = 0, at = 0;
  for (let top = 0; top < last - innerHeight / 2; top += innerHeight / 4) {
    scrollTo({top, behavior: "instant"});
    const bar = contents.getBoundingClientRect();
    if (bar.top < 0 || bar.bottom > innerHeight) problems.push(`the contents are out of reach at ${Math.round(top)} px`);
    if (!wide) continue;
    ++seen.heights;
    const onScreen = leaves.map((leaf) => leaf.getBoundingClientRect())
        .filter((box) => box.bottom > Math.max(0, bar.bottom) && box.top < innerHeight && box.height > 0);
    if (!onScreen.some((box) => box.right > beyond) && blank++ === 0) from = top;
    if (!onScreen.some((box) => box.left < textEdge) && textless++ === 0) at = top;
  }
  if (blank) problems.push(`the right column is empty at ${blank} of ${seen.heights} heights, first at ${Math.round(from)} px`);
  if (textless) problems.push(`the column of the text is empty at ${textless} heights, first at ${Math.round(at)} px`);
  scrollTo({top: 0, behavior: "instant"});
  return {problems, ...seen};
})()
