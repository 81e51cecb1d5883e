// The same rules as pipeline/core/folding.py; tests/core/folded.json has examples that both must fold in the same way.
const FOLDINGS = [
  [/[\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]|[\s\u001c-\u001f\u0085]/gu, ""],
  [/[\u0e50-\u0e59]/gu, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0x0e50 + 48)],
  [/\u0e4d([\u0e48-\u0e4b]*)\u0e32|([\u0e48-\u0e4b]+)\u0e4d\u0e32/gu, "$1$2\u0e33"],
  [/\u0e40\u0e40/gu, "\u0e41"],
  [/([\u0e48-\u0e4b]+)([\u0e31\u0e34-\u0e3a])/gu, "$2$1"],
  [/([\u0e31\u0e33-\u0e3a\u0e47-\u0e4e])\1+/gu, "$1"],
];
const fold = (text) => FOLDINGS.reduce((folded, [pattern, by]) => folded.replace(pattern, by), text.toLowerCase());

// The words of a search, folded; a text matches if it holds all of them. The address of a page stands for its project.
const foldedWords = (text) => {
  const code = URL.canParse(text) ? new URL(text).searchParams.get("project_id") : null;
  return (code ?? text).split(/\s+/).map(fold).filter(Boolean);
};

// Folds some of the texts at a time, so that the page stays responsive and the first search is fast.
const foldAhead = (items, haystack, from = 0) => {
  items.slice(from, from + 500).forEach(haystack);
  if (from < items.length) setTimeout(foldAhead, 0, items, haystack, from + 500);
};
