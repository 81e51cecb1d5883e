// Thai and English side by side until one of them is chosen.
const LANGUAGES = ["both", "th", "en"];
const inTwo = (th, en) => {
  const parts = [["th", th], ["en", en]].map(([lang, text]) => {
    const span = make("span", "beside", text);
    span.lang = lang;
    return span;
  });
  return [parts[0], " ", parts[1]];
};

const setLanguage = (lang) => {
  const known = LANGUAGES.includes(lang) ? lang : "both";
  document.documentElement.dataset.lang = known;
  document.documentElement.lang = known === "en" ? "en" : "th";
  for (const button of byId("language").children) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === known));
  }
};
byId("language").classList.remove("hidden");
byId("language").addEventListener("click", (event) => {
  const lang = event.target.dataset.lang;
  if (!lang) return;
  choose("lang", lang === "both" ? "" : lang);
  setLanguage(lang);
});
setLanguage(chosen.get("lang"));
