// Money, shares, days and moments as people write them. Money comes in satang, days and seconds are counted from 1970.
let monthNames;
const nameMonths = (names) => {
  monthNames = names;
};
// Thai, or English if only English is shown: for days and moments, which would otherwise be read twice.
const inOne = (th, en) => [["th", th], ["en", en]].map(([lang, text]) => {
  const span = make("span", "either", text);
  span.lang = lang;
  return span;
});
const baht = (satang) => {
  if (satang === null) return "–";
  const amount = BigInt(satang);
  const [sign, size] = amount < 0n ? ["−", -amount] : ["", amount];
  const rest = size % 100n;
  return sign + (size / 100n).toLocaleString("en") + (rest ? "." + String(rest).padStart(2, "0") : "");
};
// The severities of issues in Thai, the worst first.
const TAGS = { error: "ผิดพลาด", warning: "เตือน", info: "สังเกต" };
const count = (n) => n.toLocaleString("en");
const counted = (n, noun) => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
const percent = (n) => (n === null ? "–" : n.toLocaleString("en", { maximumFractionDigits: 1 }) + " %");
const shareOf = (part, whole) => (whole ? (100 * part) / whole : null);

const thai = (at, clock) => `${at.getUTCDate()} ${monthNames.th[at.getUTCMonth()]} ${at.getUTCFullYear() + 543}` + (clock ? ` ${clock} น.` : "");
const english = (at, clock) => `${at.getUTCDate()} ${monthNames.en[at.getUTCMonth()]} ${at.getUTCFullYear()}` + (clock ? ` ${clock}` : "");
const day = (days) => {
  if (days === null) return ["–"];
  const at = new Date(days * 864e5);
  return inOne(thai(at), english(at));
};
// The same as a text, in the language that is read.
const dayInOne = (days) => (document.documentElement.dataset.lang === "en" ? english : thai)(new Date(days * 864e5));
// In Bangkok, seven hours ahead of UTC all year.
const momentIn = (write, seconds) => {
  if (seconds === null) return "–";
  const at = new Date((seconds + 7 * 3600) * 1000);
  return write(at, at.toISOString().slice(11, 16));
};
const moment = (seconds) => inOne(momentIn(thai, seconds), momentIn(english, seconds));
