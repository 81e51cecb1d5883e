"""Packs the data that a page carries for its script: columns instead of rows, each text once, compressed, as base64."""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

# The largest whole number that JavaScript keeps exact; a larger one is written as a text.
_SAFE = 2**53 - 1
# Texts that hardly ever repeat are shorter without an index.
_WORTH_CODING = 0.5
Column = Sequence[object] | Mapping[str, object]


def packed(content: object) -> str:
    """Content as the base64 text that templates/packing.js unpacks."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return base64.b64encode(gzip.compress(text, compresslevel=6, mtime=0)).decode("ascii")


def columns_of(table: pa.Table) -> dict[str, Column]:
    """The columns of a table by name, each in the shortest form for its values."""
    return {name: column(table[name]) for name in table.column_names}


def column(values: "pa.ChunkedArray[Any]") -> Column:
    """Values in order; repeated texts as the distinct `texts` and the `index` of each value, -1 for null."""
    if pa.types.is_boolean(values.type):
        return [None if value is None else int(value) for value in values.to_pylist()]
    if not pa.types.is_string(values.type):
        return [_number(value) for value in values.to_pylist()]
    texts = values.to_pylist()
    places = {text: place for place, text in enumerate(dict.fromkeys(text for text in texts if text is not None))}
    if len(places) > _WORTH_CODING * len(texts):
        return texts
    return {"texts": list(places), "index": [-1 if text is None else places[text] for text in texts]}


def _number(value: float | None) -> object:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= _SAFE else value
    return value if value is None or abs(value) <= _SAFE else str(value)
