"""Releases that the gate and the report read and nobody publishes: their tables alone, in one DuckDB file."""

import duckdb

from pipeline.build.database import DATABASE
from pipeline.build.models import load_models
from pipeline.build.session import prepare_session
from tests.conftest import FINGERPRINT, Built, ParsedArchive


class ComparedArchive(ParsedArchive):
    """A parsed archive whose releases have no Parquet files, no comments and no data package, at half the cost."""

    def build(self, name: str = "release", **build_settings: object) -> Built:
        self.write()
        release = self.data_dir / name
        release.mkdir(parents=True)
        settings = self.settings(**build_settings)
        with duckdb.connect(config={"threads": 1}) as con:
            prepare_session(con, settings, fingerprint=FINGERPRINT, scratch=release, database=release / DATABASE)
            for relation, model in load_models().items():
                columns = ", ".join(column.name for column in model.columns) if model.layer == "curated" else "*"
                con.execute(f"CREATE {model.kind} {relation} AS SELECT {columns} FROM ({model.sql})").complete()
        return Built(release, {})
