"""datapackage.json: the release described for any tool that speaks Frictionless Data Package v2."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pipeline.build.comments import column_comment, table_comment
from pipeline.build.headers import Column
from pipeline.build.models import Model
from pipeline.build.sources import SourceRow
from pipeline.core.files import sha256_of

FILE = "datapackage.json"
_PROFILE = "https://datapackage.org/profiles/2.0/"
_DESCRIPTION = (
    "Projects, monthly targets, progress history and their observed changes; every value can be traced to an archived "
    "page by its snapshot_id."
)
_TYPES = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "BIGINT": "integer",
    "INTEGER": "integer",
    "DOUBLE": "number",
    "TIMESTAMP WITH TIME ZONE": "datetime",
    # Not "array": Frictionless reads Parquet with pandas, and does not accept the lists of pandas as arrays.
    "VARCHAR[]": "any",
}
# How pandas prints a null of these types. Set for each field, never for the whole table: in a column of text an empty
# string is not a null, and "nan" is a text.
_NULLS = {"BIGINT": "nan", "INTEGER": "nan", "DOUBLE": "nan", "TIMESTAMP WITH TIME ZONE": "NaT"}


def write_datapackage(
    release: Path,
    models: Sequence[Model],
    types: Mapping[str, Mapping[str, str]],
    sources: Iterable[SourceRow],
    note: str = "",
) -> None:
    """Describe the Parquet files of a release, with their digests, in datapackage.json beside them.

    The sizes of the files are left out: Frictionless counts 0 bytes when it reads Parquet, and reports a mismatch.
    """
    package = {
        "$schema": _PROFILE + "datapackage.json",
        "name": "bma-projects",
        "title": "Public project pages of the Bangkok Metropolitan Administration",
        "description": " ".join(part for part in (_DESCRIPTION, note) if part),
        "sources": [{"title": source.title or source.source_id, "path": source.base_url} for source in sources],
        "resources": [_resource(release, model, types[model.name], note) for model in models],
    }
    text = json.dumps(package, ensure_ascii=False, indent=2)
    (release / FILE).write_text(text + "\n", encoding="utf-8")


def _resource(release: Path, model: Model, types: Mapping[str, str], note: str) -> dict[str, object]:
    file = release / f"{model.name}.parquet"
    return {
        "$schema": _PROFILE + "dataresource.json",
        "name": model.name,
        "type": "table",
        "title": model.description,
        "description": table_comment(model, note),
        "path": file.name,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "hash": f"sha256:{sha256_of(file)}",
        "schema": {
            "$schema": _PROFILE + "tableschema.json",
            "fields": [_field(model, column, types[column.name]) for column in model.columns],
            "missingValues": [],
            **({"primaryKey": list(model.key)} if model.key else {}),
            "foreignKeys": [
                {
                    "fields": list(reference.columns),
                    "reference": {"resource": reference.table, "fields": list(reference.target_key)},
                }
                for reference in model.references
            ],
        },
    }


def _field(model: Model, column: Column, type_name: str) -> dict[str, object]:
    field: dict[str, object] = {
        "name": column.name,
        "type": "number" if type_name.startswith("DECIMAL") else _TYPES[type_name],
        "description": column_comment(column),
    }
    if column.label:
        field["title"] = column.label
    if column.unit:
        field["unit"] = column.unit
    if column.name in model.key:
        field["constraints"] = {"required": True}
    elif type_name in _NULLS:
        field["missingValues"] = [_NULLS[type_name]]
    return field
