// The data that a page carries for its script, as pipeline/report/packing.py packs it.
const bytesOf = (text) => Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

const unpack = async (packed) => {
  const stream = new Blob([bytesOf(packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
};

// A column as its values in order.
const valuesOf = (column) =>
  Array.isArray(column) ? column : column.index.map((place) => (place < 0 ? null : column.texts[place]));

// Columns made into objects, one a row.
const rowsOf = (columns) => {
  const names = Object.keys(columns);
  const values = names.map((name) => valuesOf(columns[name]));
  return values[0].map((_, i) => {
    const row = {};
    for (let n = 0; n < names.length; n++) row[names[n]] = values[n][i];
    return row;
  });
};
