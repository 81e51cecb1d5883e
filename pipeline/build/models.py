"""The SQL models: one SELECT each in sql/<layer>/<name>.sql, what they read, and the order they must run in."""

import functools
import graphlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

import duckdb

from parsers.records import Issue
from pipeline.build.errors import ModelError
from pipeline.build.headers import Column, Header, Reference, check_rule

LAYERS = ("staging", "curated", "quality", "views")
# The schemas of relations that models read but no model makes.
_INPUTS = ("parsed", "input")
# Every issue of sql/quality in one relation; quality_issues is made from it, so that it never misses a check.
_CHECK_ISSUES = "check_issues"


@dataclass(frozen=True, slots=True)
class Model:
    """One SQL file. `tags` holds the header lines that only one layer uses (severity, title_th, …).

    `sort` gives the order of the key, perhaps by columns that are quicker to sort; columns of it that the header does
    not describe are not part of the table.
    """

    layer: str
    name: str
    sql: str
    description: str
    key: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    warnings: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    sort: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    reads: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        """The file as an error message names it."""
        return f"sql/{self.layer}/{self.name}.sql"

    @property
    def is_published(self) -> bool:
        """Whether it is a table or view of the release."""
        return self.layer in ("curated", "views")

    @property
    def kind(self) -> str:
        """`VIEW` or `TABLE`, as DuckDB makes it."""
        return "VIEW" if self.layer == "views" or self.tags.get("form") == "view" else "TABLE"

    @property
    def relation(self) -> str:
        """The name other models use: published tables are in the release itself, the others beside it."""
        return self.name if self.is_published else f"{self.layer}.{self.name}"


@functools.cache
def load_models(root: Traversable | None = None) -> Mapping[str, Model]:
    """Read every model below sql/.

    Args:
        root: another directory with the layers in it.

    Returns:
        The models by relation name, in the order in which they must run.

    Raises:
        ModelError: a file is malformed, reads a table that no file makes, or takes part in a cycle.
    """
    root = resources.files("sql") if root is None else root
    models = [
        read_model(layer, entry.name.removesuffix(".sql"), entry.read_text(encoding="utf-8"))
        for layer in LAYERS
        for entry in sorted(_entries(root / layer), key=lambda found: found.name)
        if entry.name.endswith(".sql")
    ]
    if checks := [model for model in models if model.layer == "quality"]:
        models.append(_check_issues(checks))
    return MappingProxyType(in_order(_resolve({model.relation: model for model in models})))


def read_model(layer: str, name: str, text: str) -> Model:
    """Split one file into header and SELECT; raises ModelError where either cannot be read."""
    path = f"sql/{layer}/{name}.sql"
    lines = text.splitlines()
    size = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    header = Header(path)
    for line in lines[:size]:
        header.take(line.removeprefix("--").removeprefix(" ").rstrip())
    sql = "\n".join(lines[size:]).strip().removesuffix(";")
    if not header.description:
        raise ModelError(f"{path}: the file must begin with a comment that describes the table")
    if not header.key and not (layer == "views" and header.sort):
        raise ModelError(f"{path}: the header has no `-- key:` line (a view whose key may be null, no `-- sort:` line)")
    if layer in ("curated", "views") and not header.columns:
        raise ModelError(f"{path}: the header has no `-- columns:` line, followed by one for each of them")
    if layer == "quality":
        check_rule(path, name, header.tags)
    return Model(
        layer=layer,
        name=name,
        sql=sql,
        description=" ".join(header.description),
        key=tuple(header.key),
        references=tuple(header.references),
        warnings=tuple(header.warnings),
        columns=tuple(header.columns),
        sort=tuple(header.sort or header.key),
        tags=header.tags,
        reads=_tables_read(path, sql),
    )


def _check_issues(checks: Sequence[Model]) -> Model:
    """The issues of all checks; code and severity of a check are in its header, not in its SELECT."""
    # A check returns some columns of an issue; the empty table gives the others.
    selects = ["(SELECT *, NULL::TIMESTAMPTZ AS first_seen_at FROM parsed.issues LIMIT 0)"] + [
        f"SELECT '{check.name}' AS code, '{check.tags['severity']}' AS severity, * FROM {check.relation}"
        for check in checks
    ]
    return Model(
        layer="staging",
        name=_CHECK_ISSUES,
        sql=" UNION ALL BY NAME ".join(selects),
        description="What all checks found.",
        key=(*Issue._fields, "first_seen_at"),
        tags={"form": "view"},
        reads=frozenset(check.relation for check in checks),
    )


def in_order(models: Mapping[str, Model]) -> dict[str, Model]:
    """Sort models so that each runs after what it reads; raises ModelError for a cycle or a missing table."""
    graph = dependencies(models)
    try:
        order = graphlib.TopologicalSorter({name: sorted(graph[name]) for name in sorted(graph)}).static_order()
        return {name: models[name] for name in order}
    except graphlib.CycleError as error:
        cycle = " → ".join(models[name].path for name in reversed(error.args[1]))
        raise ModelError(f"{cycle}: these models read each other in a circle") from error


def dependencies(models: Mapping[str, Model]) -> dict[str, frozenset[str]]:
    """The models that each model reads; raises ModelError for a table that no model makes."""
    graph: dict[str, frozenset[str]] = {}
    for name, model in models.items():
        needed = frozenset(table for table in model.reads if table.partition(".")[0] not in _INPUTS)
        for table in sorted(needed - models.keys()):
            raise ModelError(f"{model.path}: reads {table}, but no file in sql/ makes it")
        graph[name] = needed
    return graph


def needed_for(tables: Iterable[str], models: Mapping[str, Model]) -> dict[str, Model]:
    """The models in running order without which the named tables cannot be made, themselves included."""
    graph = dependencies(models)
    needed = set(tables)
    for name in reversed(tuple(models)):
        if name in needed:
            needed |= graph[name]
    return {name: model for name, model in models.items() if name in needed}


def _resolve(models: dict[str, Model]) -> dict[str, Model]:
    def resolve(model: Model, column: Column, seen: tuple[str, ...] = ()) -> Column:
        if not column.description.startswith("= "):
            return column
        origin = column.description.removeprefix("= ")
        match = [c for c in models[origin].columns if c.name == column.name] if origin in models else []
        if not match or origin in seen:
            raise ModelError(f"{model.path}: column {column.name} = {origin}, but {origin} does not describe it")
        return resolve(models[origin], match[0], (*seen, origin))

    def point(model: Model, reference: Reference) -> Reference:
        target = models.get(reference.table)
        if target is None or len(target.key) != len(reference.columns):
            raise ModelError(f"{model.path}: {', '.join(reference.columns)} is not the key of {reference.table}")
        return replace(reference, target_key=target.key)

    return {
        name: replace(
            model,
            columns=tuple(resolve(model, column) for column in model.columns),
            references=tuple(point(model, reference) for reference in model.references),
        )
        for name, model in models.items()
    }


@functools.cache
def _sql_parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def _tables_read(path: str, sql: str) -> frozenset[str]:
    """The tables and views that one SELECT reads, as DuckDB's own parser names them."""
    [(text,)] = _sql_parser().execute("SELECT json_serialize_sql($sql)", {"sql": sql}).fetchall()
    parsed = json.loads(text)
    if parsed.get("error_type") == "parser":
        raise ModelError(f"{path}: not readable as SQL: {parsed['error_message'].splitlines()[0]}")
    if len(parsed.get("statements", [])) != 1:
        raise ModelError(f"{path}: must hold one SELECT")
    nodes = list(_nodes(parsed))
    ctes = {entry["key"] for node in nodes if "cte_map" in node for entry in node["cte_map"]["map"]}
    tables = {
        ".".join(filter(None, (node["catalog_name"], node["schema_name"], node["table_name"])))
        for node in nodes
        if node.get("type") == "BASE_TABLE"
    }
    return frozenset(tables - ctes)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of a JSON value, itself included."""
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from _nodes(branch)


def _entries(folder: Traversable) -> list[Traversable]:
    return list(folder.iterdir()) if folder.is_dir() else []
