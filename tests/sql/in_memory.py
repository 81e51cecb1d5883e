"""The models of sql/ in memory, without the files of a release: a model is made when a query first needs it."""

import re
import weakref

import duckdb

from pipeline.build.models import load_models, needed_for
from pipeline.build.session import prepare_session
from pipeline.core.settings import Settings
from tests.conftest import FINGERPRINT, Built, ParsedArchive, rows_of


class Models(Built):
    """Answers queries as a release would, without being one: there is nothing at its path, and nothing is counted."""

    def __init__(self, settings: Settings, *, fingerprint: str = FINGERPRINT) -> None:
        super().__init__(settings.data_dir / "nowhere", {})
        self._made: set[str] = set()
        self._con = duckdb.connect(config={"threads": 1})
        # One with functions in Python that is open at the end of the process would be told of on stderr.
        weakref.finalize(self, self._con.close)
        prepare_session(self._con, settings, fingerprint=fingerprint, scratch=settings.data_dir)

    def rows(self, query: str) -> list[dict[str, object]]:
        """Rows of a query over any models; a bare name selects all of it in the order of its key, as in a release."""
        models = load_models()
        for relation, model in needed_for(models.keys() & re.findall(r"[\w.]+", query), models).items():
            if relation not in self._made:
                kind = "VIEW" if model.layer == "views" else "TABLE"
                self._con.execute(f"CREATE {kind} {relation} AS {model.sql}").complete()
                self._made.add(relation)
        if query in models:
            query = f"FROM {query} ORDER BY {', '.join(models[query].key) or 'ALL'}"
        return rows_of(self._con, query)


class ModelArchive(ParsedArchive):
    """A parsed archive over which no release is built."""

    def build(self, name: str = "release", **build_settings: object) -> Models:
        self.write()
        return Models(self.settings(**build_settings))
