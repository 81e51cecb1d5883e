"""Takes the pictures of examples/README.md: the sample with its earlier captures, each page wide and one narrow."""

import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

from docs.generate.screenshots import COMMAND, IMAGES, running_chromium

SCRIPTS = ("silent_projects", "budget_by_agency", "edits_after_completion", "districts")


def main() -> None:
    """Write docs/images/gallery-*.png."""
    with tempfile.TemporaryDirectory() as scratch, running_chromium() as browser:
        data, captures = Path(scratch) / "data", Path(scratch) / "captures.warc.gz"
        subprocess.run([*COMMAND, "refresh", "--quiet", "--data-dir", data], check=True)
        sys.argv = ["earlier_night", str(captures)]
        runpy.run_module("pipeline.sample.earlier_night", run_name="__main__")
        subprocess.run([*COMMAND, "import", "--quiet", "--data-dir", data, captures], check=True)
        for script in SCRIPTS:
            sys.argv = [script, str(data), scratch]
            runpy.run_module(f"examples.{script}", run_name="__main__")
            name = script.replace("_", "-")
            for width, suffix in ((960, ""), (390, "-phone")):
                if suffix and script != "silent_projects":
                    continue
                page = browser.new_page(viewport={"width": width, "height": 620})
                page.goto((Path(scratch) / f"{name}.html").as_uri())
                page.screenshot(path=IMAGES / f"gallery-{name}{suffix}.png")
                page.close()


if __name__ == "__main__":
    main()
