// What the reader chose lives behind the # of the address, so that it can be kept, sent and reloaded.
const chosen = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
const choose = (name, value) => {
  if (value) chosen.set(name, value);
  else chosen.delete(name);
  history.replaceState(null, "", "#" + chosen);
};
