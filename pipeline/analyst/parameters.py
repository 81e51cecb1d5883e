"""The parameters of a query as programs that count with pandas and numpy have them: scalars, arrays, columns."""

from collections.abc import Iterable, Mapping

from pipeline.analyst.query import Parameters, QueryError


def plain_parameters(given: object) -> Parameters:
    """Parameters for DuckDB, which takes no values of numpy and no columns.

    Raises QueryError for a value alone, of which a text would be taken letter by letter.
    """
    if given is None:
        return ()
    if isinstance(given, Mapping):
        return {str(name): _plain(value) for name, value in given.items()}
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise QueryError(f"params {given!r:.60} is one value; write [value], or {{'name': value}} for $name")
    return [_plain(value) for value in given]


def _plain(value: object) -> object:
    """A value of Python itself: numpy's scalars and arrays, and columns of pandas and Arrow, say what they hold."""
    for method in ("tolist", "to_pylist", "as_py"):
        if (asked := getattr(value, method, None)) is not None:
            return _plain(asked())
    return [_plain(item) for item in value] if isinstance(value, list | tuple | set) else value
