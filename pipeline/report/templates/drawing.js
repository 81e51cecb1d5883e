// Small charts as inline SVG, drawn with attributes and classes alone, as pipeline/report/charts.py draws them.
// The left margin has room for figures in the larger letters on a telephone.
const [LEFT, WIDTH] = [66, 566];
const svg = (tag, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, content] of Object.entries(attributes)) node.setAttribute(name, content);
  return node;
};
const svgText = (css, x, y, words) => {
  const node = svg("text", { class: css, x, y });
  node.append(words);
  return node;
};
// A dot of a line, with the words that a pointer on it shows.
const dot = (css, x, y, r, words) => {
  const node = svg("circle", { class: css, cx: x.toFixed(1), cy: y.toFixed(1), r });
  const title = svg("title", {});
  title.append(words);
  node.append(title);
  return node;
};
// A chart over time with lines at 0, 50 and 100 percent; y gives the height of a percentage.
const timeChart = (css, name, y) => {
  const chart = svg("svg", { class: css, viewBox: "0 0 640 200", role: "img", "aria-label": name });
  for (const at of [0, 50, 100]) {
    chart.append(svg("line", { class: "grid", x1: LEFT, x2: LEFT + WIDTH, y1: y(at), y2: y(at) }), svgText("tick", LEFT - 6, y(at) + 4, at + " %"));
  }
  return chart;
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
