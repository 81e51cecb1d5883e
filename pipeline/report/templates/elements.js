// Makes elements of the document. Text from pages reaches it only through text nodes: no innerHTML, and of attributes
// only title and checked links.
const byId = (id) => document.getElementById(id);
const make = (tag, css, ...children) => {
  const node = document.createElement(tag);
  if (css) node.className = css;
  if (tag === "button") node.type = "button";
  node.append(...children.filter((child) => child !== null));
  return node;
};

const linkOf = (href, ...children) => {
  const link = make("a", "", ...children);
  link.href = href;
  return link;
};
const headOf = (scope, css, ...children) => {
  const head = make("th", css, ...children);
  head.scope = scope;
  return head;
};
const optionOf = (value, text) => {
  const node = make("option", "", text);
  node.value = value;
  return node;
};

// The same rules as pipeline/core/text.py.
const ODD = /[\p{C}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffd\ufe00-\ufe0f]|(?! )\p{Zs}|^ | $/gu;
const ARROWS = { "\n": "⏎", "\t": "⇥", "\r": "␍", " ": "␣" };
const shown = (text) => {
  if (text === null) return make("span", "none", "∅");
  const node = document.createElement("bdi");
  let end = 0;
  for (const found of text.matchAll(ODD)) {
    node.append(text.slice(end, found.index));
    const char = found[0];
    const point = "U+" + char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    const mark = make("span", "mark", ARROWS[char] ?? point);
    mark.title = point;
    node.append(mark, char === "\n" ? "\n" : "");
    end = found.index + char.length;
  }
  node.append(text.slice(end));
  return node;
};

// A link to another site if the address is a web address; otherwise nothing.
const webLink = (url, ...children) => {
  if (!url || !/^https?:\/\//.test(url)) return null;
  const link = linkOf(url, ...children);
  link.rel = "noopener noreferrer nofollow";
  link.target = "_blank";
  return link;
};
