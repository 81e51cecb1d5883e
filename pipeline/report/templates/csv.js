// CSV for spreadsheets. A cell that a spreadsheet would take for a formula gets a quote in front, as in
// pipeline/analyst/spreadsheet.py.
const FORMULA = /^(\s*[=+@\-\uff1d\uff0b\uff0d\uff20]|[\t\r\n])/;
const HARMLESS = /^\s*[+-]?\d[\d,]*(\.\d+)?%?\s*$|^[-\s]*$/;
const csvCell = (content) => {
  const text = content === null || content === undefined ? "" : String(content);
  const safe = FORMULA.test(text) && !HARMLESS.test(text) ? "'" + text : text;
  return /[",\n\r]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
};
const csvText = (rows) => rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
