"""sql/reads.json: what each SELECT in sql/ reads, as sqlglot finds it.

`python -m pipeline.build.table_references_file` writes the file anew.
"""

import json
from pathlib import Path

from pipeline.build.models import load_models
from pipeline.build.table_references import KEPT, digest, find_tables

FILE = Path("sql") / KEPT


def current_file() -> str:
    """The file as the models stand now."""
    # All but what is made of other models.
    selects = [model.sql for model in load_models().values() if Path(model.path).exists()]
    found = {digest(sql): sorted(find_tables(sql)) for sql in selects}
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(current_file(), encoding="utf-8")
