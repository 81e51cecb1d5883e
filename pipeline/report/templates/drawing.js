// Small charts as inline SVG, drawn with attributes and classes alone, as pipeline/report/charts.py draws them.
const svg = (tag, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, content] of Object.entries(attributes)) node.setAttribute(name, content);
  return node;
};
// One horizontal bar, split into its parts; whole is the value of its full width.
const bar = (parts, whole, title) => {
  const node = svg("svg", { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": title });
  let x = 0;
  for (const [css, n] of parts) {
    const width = whole ? (100 * n) / whole : 0;
    node.append(svg("rect", { class: css, x, y: 0, width, height: 10 }));
    x += width;
  }
  return node;
};
