"""The models of sql/ in memory, without the files of a release: a model is made when a query first needs it."""

import re

import duckdb

from pipeline.build.database import user_name_salt
from pipeline.build.inputs import attach_inputs
from pipeline.build.models import load_models, needed_for, read_macros
from pipeline.core.settings import Settings
from tests.conftest import FINGERPRINT, Built, ParsedArchive, rows_of


class Models(Built):
    """Answers queries as a release would, without being one: there is nothing at its path, and nothing is counted."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.data_dir / "nowhere", {})
        self._made: set[str] = set()
        self._con = duckdb.connect(config={"threads": 1})
        attach_inputs(
            self._con,
            parsed_dir=settings.parsed_dir,
            fingerprint=FINGERPRINT,
            runs_dir=settings.runs_dir,
            models=load_models().values(),
            sources=settings.sources.values(),
        )
        self._con.execute("ATTACH ':memory:' AS staging; ATTACH ':memory:' AS quality").complete()
        self._con.execute("SET VARIABLE salt = $salt", {"salt": user_name_salt(settings.data_dir)}).complete()
        self._con.execute(f"SET VARIABLE publish_user_names = {settings.build.publish_user_names}").complete()
        self._con.execute(read_macros()).complete()

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
