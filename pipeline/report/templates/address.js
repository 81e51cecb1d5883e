// The reader's choices are after the # of the address, so that they can be kept, sent and reloaded.
const chosen = new URLSearchParams();
const readAddress = () => {
  for (const name of [...chosen.keys()]) chosen.delete(name);
  const said = location.hash.includes("=") ? location.hash.slice(1) : "";
  for (const [name, value] of new URLSearchParams(said)) chosen.set(name, value);
};
const put = (name, value) => {
  if (value) chosen.set(name, value);
  else chosen.delete(name);
};
const choose = (name, value) => {
  put(name, value);
  history.replaceState(null, "", "#" + chosen);
};
// A step that the back button of the browser undoes.
const go = (changes) => {
  for (const [name, value] of Object.entries(changes)) put(name, value);
  history.pushState(null, "", "#" + chosen);
};
// The address of the page with other choices, for a link.
const addressOf = (changes) => {
  const other = new URLSearchParams(chosen);
  for (const [name, value] of Object.entries(changes)) {
    if (value) other.set(name, value);
    else other.delete(name);
  }
  return "#" + other;
};
readAddress();
