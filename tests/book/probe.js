// Looks at a laid-out page as a reader does: nothing may scroll the page sideways, every text must stand out
// from what is behind it (WCAG 2.2: 4.5, or 3 where it is large), every formula and picture must be there.
(async () => {
  await document.fonts.ready;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const problems = [];
  const about = (element) => `<${element.localName}${element.className ? ' class="' + element.getAttribute("class") + '"' : ""}>`
      + ` ${element.textContent.trim().slice(0, 40)}`;

  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const colours = new Map();
  const rgba = (css) => {
    if (!colours.has(css)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = css;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      colours.set(css, [r, g, b, a / 255]);
    }
    return colours.get(css);
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const luminance = (colour) => {
    const [r, g, b] = colour.map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const behind = new Map();
  const background = (element) => {
    if (!element) return rgba(getComputedStyle(document.documentElement).colorScheme
        && matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#ffffff");
    if (!behind.has(element)) {
      behind.set(element, over(rgba(getComputedStyle(element).backgroundColor),
          background(element.parentElement)));
    }
    return behind.get(element);
  };
  const seen = new Set();
  let least = Infinity, texts = 0;
  const judge = (element, style, what) => {
    const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
    const below = background(element);
    const ratio = contrast(over(rgba(style.color), below), below);
    const needed = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    least = Math.min(least, ratio);
    ++texts;
    const key = style.color + below + needed;
    if (ratio < needed && !seen.has(key)) {
      seen.add(key);
      problems.push(`contrast ${ratio.toFixed(2)} of ${what}: ${about(element)}`);
    }
  };
  const contrasts = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) {
      const element = node.parentElement;
      if (!node.data.trim() || !element.checkVisibility({visibilityProperty: true})) continue;
      judge(element, getComputedStyle(element), "text");
    }
    for (const anchor of document.querySelectorAll(".chapter .numberSource span > a:first-child, .source code > span")) {
      judge(anchor, getComputedStyle(anchor, "::before"), "line number");
    }
  };
  const sideways = (when) => {
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) {
      const edge = root.clientWidth;
      const clipped = (e) => { for (let p = e.parentElement; p; p = p.parentElement) if (getComputedStyle(p).overflowX !== "visible") return p !== root && p !== document.body; return false; };
      const culprit = [...document.body.querySelectorAll("*")].find((e) => e.getBoundingClientRect().right > edge + 0.5 && !clipped(e));
      problems.push(`scrolls sideways${when}: ${root.scrollWidth} > ${edge} ${culprit ? about(culprit) : ""}`);
    }
  };

  sideways("");
  contrasts();
  const folded = [...document.querySelectorAll("details:not([open])")];
  for (const details of folded) {  // one by one: what opens over the text must fit too
    details.open = true;
    if (!problems.length) sideways(" with details open");
    if (!details.classList.contains("places") || details === folded[folded.length - 1]) continue;
    details.open = false;
  }
  behind.clear();
  contrasts();
  let formulas = 0;
  for (const math of document.querySelectorAll("math")) {
    if (math.namespaceURI !== "http://www.w3.org/1998/Math/MathML") problems.push(`not MathML: ${about(math)}`);
    if (!math.checkVisibility()) continue;
    ++formulas;
    const box = math.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) problems.push(`formula without size: ${about(math)}`);
  }
  for (const image of document.images) {
    image.loading = "eager";
    await image.decode().catch(() => {});
    if (!image.complete || !image.naturalWidth) problems.push(`picture missing: ${image.getAttribute("src")}`);
  }
  for (const box of document.querySelectorAll("main *")) {
    const style = getComputedStyle(box);
    if (["auto", "scroll"].includes(style.overflowX) && box.scrollWidth > box.clientWidth + 1
        && box.tabIndex < 0 && !box.closest("[tabindex='0']")) {
      problems.push(`scrolls, and the keyboard cannot reach it: ${about(box)}`);
    }
  }
  for (const details of folded) details.open = false;
  return {problems, least, texts, formulas, images: document.images.length};
})()
