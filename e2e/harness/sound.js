// What is wrong with the page as it stands, for anyone who uses it with a keyboard, a screen reader or a phone: a list of sentences.
() => {
  const problems = [];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const named = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 140);
  const text = (element) => {
    const label = element.getAttribute("aria-label");
    if (label) return label.trim();
    const by = element.getAttribute("aria-labelledby");
    if (by) return by.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ").trim();
    const inner = [...element.querySelectorAll("[aria-label], img[alt], svg title")];
    return (element.textContent + inner.map((one) => one.getAttribute("aria-label") ?? one.getAttribute("alt") ?? "").join(" ")).trim();
  };

  if (!document.documentElement.lang) problems.push("the page does not say its language");
  if (!document.title.trim()) problems.push("the page has no title");
  const heads = [...document.querySelectorAll("h1")].filter(shown);
  if (heads.length !== 1) problems.push(`the page has ${heads.length} h1`);
  if (document.querySelectorAll("main").length !== 1) problems.push("the page needs one main");
  let level = 1;
  for (const heading of [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(shown)) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) problems.push(`heading skips a level: ${named(heading)}`);
    level = own;
  }

  const ids = new Map();
  for (const element of document.querySelectorAll("[id]")) ids.set(element.id, (ids.get(element.id) ?? 0) + 1);
  for (const [id, count] of ids) if (count > 1) problems.push(`id ${id} stands ${count} times`);
  for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls", "for"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of element.getAttribute(attribute).split(/\s+/)) {
        if (id && !ids.has(id)) problems.push(`${attribute} names no element: ${named(element)}`);
      }
    }
  }

  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!shown(field)) continue;
    const labels = [...(field.labels ?? [])].map((label) => label.textContent.trim()).join("");
    if (!labels && !text(field)) problems.push(`field without a label: ${named(field)}`);
  }
  for (const control of document.querySelectorAll("button, a[href], [role=button], summary")) {
    if (shown(control) && !text(control)) problems.push(`control without a name: ${named(control)}`);
  }
  for (const image of document.querySelectorAll("img")) {
    if (!image.hasAttribute("alt")) problems.push(`image without alt: ${named(image)}`);
    if (shown(image) && image.complete && image.naturalWidth === 0) problems.push(`image is broken: ${named(image)}`);
  }
  for (const table of document.querySelectorAll("table")) {
    if (shown(table) && !table.querySelector("th")) problems.push(`table without headings: ${named(table)}`);
  }

  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.querySelectorAll("body *")].filter(
      (element) => shown(element) && element.getBoundingClientRect().right > root.clientWidth + 1,
    );
    problems.push(`the page scrolls sideways by ${root.scrollWidth - root.clientWidth}px: ${wide.slice(0, 3).map(named).join(" | ")}`);
  }

  // Contrast of text on the nearest background that is painted.
  const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  const painted = (colours) => {
    paper.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      paper.fillStyle = colour;
      paper.fillRect(0, 0, 1, 1);
    }
    const [red, green, blue] = paper.getImageData(0, 0, 1, 1).data;
    return 0.2126 * channel(red / 255) + 0.7152 * channel(green / 255) + 0.0722 * channel(blue / 255);
  };
  const faint = new Set();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !shown(element) || element.closest("[disabled], .visually-hidden, [aria-hidden=true], svg, option")) continue;
    const under = [];
    let image = false;
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none" || Number(style.opacity) < 1) image = true;
      under.unshift(style.backgroundColor);
    }
    if (image) continue;
    under.unshift(getComputedStyle(document.documentElement).colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#ffffff");
    const style = getComputedStyle(element);
    const [one, two] = [painted([...under, style.color]), painted(under)].sort((first, second) => second - first);
    const ratio = (one + 0.05) / (two + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5) - 0.01) faint.add(`contrast ${ratio.toFixed(2)}: ${named(element)}`);
  }
  return [...problems, ...[...faint].slice(0, 5)];
}
