"""The archived pages beside the report: nothing of a page is active there, no contact and no name of a user is left.

Contacts and persons are invented.
"""

import datetime as dt
import hashlib
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.archive.warc import Capture
from pipeline.core.settings import ReportSettings, Settings
from pipeline.report.inert_page import captures_in, file_of, inert_html
from pipeline.report.quality_page import write_report_of
from pipeline.run import issue_captures
from pipeline.run.check.masking import DraftError
from pipeline.run.issue_captures import IssuePage, Written, inert_capture, write_captures
from tests.cli.command import bma_here
from tests.parsers.projects import PLAIN
from tests.parsers.rendering import DetailSkin, handwritten_details, kartik_details, kartik_edit_details, yii_details
from tests.parsers.samples import FIXTURES
from tests.quick import quick

MOBILE, EXTENSION, PERSON = "081 000 0000", "#6775", "somchai_invented"
SALT = "0" * 64
PSEUDONYM = f"user-{hashlib.sha256(f'{SALT}{PERSON}'.encode()).hexdigest()[:12]}"
ABOUT = IssuePage("<snapshot>", "bs2568", PLAIN.project_id, False, "", 0, False)
ACTIVE = """
<base href="http://evil.invalid/"><meta http-equiv="refresh" content="0;url=http://evil.invalid/">
<link rel="stylesheet" href="http://evil.invalid/a.css"><style>@import url(http://evil.invalid/b.css);</style>
<script>alert(1)</script><script src="http://evil.invalid/c.js"></script><noscript><img src=x></noscript>
<img src=http://evil.invalid/i.png onerror=alert(2)>
<svg onload=alert(3)><a xlink:href="javascript:alert(4)">x</a></svg>
<iframe src="http://evil.invalid/" srcdoc="<script>alert(5)</script>"></iframe><object data="http://evil.invalid/">
</object><form action="http://evil.invalid/" method=post><input autofocus onfocus=alert(6) value="in a field">
<button formaction=x>go</button></form><a href="javascript:alert(7)" ping="http://evil.invalid/">a link</a>
<p onclick=alert(8) style="background:url(http://evil.invalid/)">a text</p><table background="http://evil.invalid/">
<tr><td colspan="2" rowspan="9999" onmouseover=alert(9)>a cell</td></tr></table>
<p hidden>a hidden text</p><del style="text-decoration:line-through">50</del><!-- a comment -->
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(10)&gt;"></math>
<plaintext><script>alert(11)</script>
"""


def capture_of(body: str) -> Capture:
    at = dt.datetime(2026, 1, 1, 18, tzinfo=dt.UTC)
    return Capture("http://bs.invalid/?project_id=1", at, body.encode(), "text/html; charset=UTF-8", 200)


class Markup(HTMLParser):
    """Every element and attribute of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}


def content_of(html: str) -> str:
    return html.partition('<main id="main" class="capture">')[2]


OURS = {"bdi", "br", "div", "h3", "p", "span", "table", "td", "th", "tr"}
OUR_ATTRIBUTES = {
    *[("div", "class"), ("span", "class"), ("span", "title")],
    *[(cell, f"{name}span") for cell in ("td", "th") for name in ("col", "row")],
}
PIECES = (
    "<table> <tr> <td> <th> </td> </tr> </table> <div> </div> <b> <p> </p> <svg> <math> <style> <!-- --> <script>",
    "</script> <a/href='javascript:1'> <select> <textarea> <title> &lt;img&gt; ไทย <br> <template> <iframe>",
)


def test_nothing_active_is_left_of_a_hostile_page() -> None:
    html = inert_capture(capture_of(f"<body>{ACTIVE}"), ABOUT, SALT)
    markup = Markup(html)
    assert Markup(content_of(html)).tags <= OURS
    assert Markup(content_of(html)).attributes <= OUR_ATTRIBUTES
    assert not markup.tags & {"script", "iframe", "form", "input", "object", "svg", "img", "base"}
    assert "evil.invalid" not in html
    for text in ("a link", "a text", "a cell", "[ขีดฆ่า · struck out: 50]"):
        assert text in html
    for text in ("in a field", "a hidden text", "a comment", "alert(1)<", 'rowspan="9999"'):
        assert text not in html
    assert '<td colspan="2">' in html
    (policy,) = [line for line in html.splitlines() if "Content-Security-Policy" in line]
    assert "default-src &#39;none&#39;; style-src" in policy
    assert "form-action &#39;none&#39;" in policy
    assert "script-src" not in policy


@given(parts=st.lists(st.sampled_from(" ".join(PIECES).split()) | st.text(max_size=5)))
def test_of_any_page_only_elements_of_ours_are_left(parts: list[str]) -> None:
    markup = Markup(inert_html(" ".join(parts), str))
    assert markup.tags <= OURS
    assert markup.attributes <= OUR_ATTRIBUTES


@pytest.mark.parametrize(
    "markup", quick(1, ["<table><tr><td>" * 5_000, "<div>" * 50_000 + "<td>"]), ids=["cells", "divs"]
)
def test_deep_nesting_ends(markup: str) -> None:
    assert "deep" in inert_html(f"{markup}deep", str)


@pytest.mark.parametrize("skin", [yii_details, kartik_details, kartik_edit_details, handwritten_details])
def test_contacts_are_masked_and_users_are_the_pseudonyms_of_the_tables(skin: DetailSkin) -> None:
    stored = PLAIN.having(responsible=f"นายสมมุติ ตัวอย่าง โทร. {MOBILE}, {EXTENSION}", remark=f"โทร {MOBILE}")
    stored = stored.adding("ผู้ประสานงาน", f"นางสมมุติ {EXTENSION}")
    stored = stored.logging(("2023-01-31", "10:00", PERSON, "แก้ไข", "", "", "", f"โทร {MOBILE}", "", ""))
    extra = f'<!-- {MOBILE} --><p title="{MOBILE}"><a href="tel:{MOBILE.replace(" ", "")}">{MOBILE}</a></p></body>'
    html = inert_capture(capture_of(stored.html(details=skin).replace("</body>", extra)), ABOUT, SALT)
    for contact in (MOBILE, MOBILE.replace(" ", ""), EXTENSION, PERSON):
        assert contact not in html
    assert PSEUDONYM in html
    assert "นายสมมุติ ตัวอย่าง" in html
    assert "127,800" in html


@pytest.mark.parametrize(
    "hidden",
    [
        "<p>โทร 08<b>1 0</b>00 <i>0000</i></p>",
        "<div>โทร 081 000<span></span> 0000</div>",
        "<table><tr><td>โทร<br>081<br>000 0000</td></tr></table>",
        "<table><tr><td><div>โทร 081</div> 000 0000</td></tr></table>",
        "<p>โทร 081&#8203; 000 00&#48;0</p>",
    ],
)
def test_a_contact_that_is_split_by_elements_is_masked(hidden: str) -> None:
    html = inert_capture(capture_of(f"<body>{hidden}<p>อื่น ๆ</p>"), ABOUT, SALT)
    assert "0000" not in html.partition('class="capture">')[2]
    assert "อื่น ๆ" in html


def test_a_page_on_which_a_name_is_left_is_withheld() -> None:
    log = PLAIN.logging(("2023-01-31", "10:00", "som@@chai", "แก้ไข", "", "", "", "", "", ""))
    html = log.html().replace("som@@chai", "<div>somchai</div><div>invented</div>")
    try:
        assert "invented" not in content_of(inert_capture(capture_of(html), ABOUT, SALT))
    except DraftError as error:
        assert "a name of a user is left" in str(error)  # noqa: PT017 - either way is safe


def test_no_name_is_left_where_the_edit_log_is_outside_of_a_project_page() -> None:
    log = f"<tr><th>วันที่</th><th>เวลา</th><th>ชื่อผู้ใช้</th></tr><tr><td>2023-01-31</td><td>10:00</td><td>{PERSON}</td></tr>"
    html = inert_capture(capture_of(f"<body><h1>x</h1><table>{log}</table>"), ABOUT, SALT)
    assert PERSON not in html
    with pytest.raises(DraftError, match="names users outside"):
        inert_capture(capture_of(f"<body><div>ชื่อผู้ใช้ {PERSON}</div>"), ABOUT, SALT)
    with pytest.raises(DraftError, match="not that of a project page"):
        inert_capture(capture_of(f"2023-01-31 10:00 {PERSON}")._replace(status=None), ABOUT, SALT)


def test_an_extracted_text_is_shown_by_its_lines_and_masked() -> None:
    text = (FIXTURES / "real" / "50490000-3607.txt").read_text(encoding="utf-8")
    capture = capture_of(f"{text}\nโทร {MOBILE} <script>alert(1)</script>\n")._replace(status=None)
    html = inert_capture(capture, ABOUT, SALT)
    assert MOBILE not in html
    assert "&lt;script&gt;alert(1)" in html
    assert text.splitlines()[0].strip()[:20] in html


@pytest.fixture(scope="module")
def released(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory whose release has the archived pages."""
    data = Path(shutil.copytree(sample_data, tmp_path_factory.mktemp("captures") / "data", symlinks=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BMA_REPORT_CAPTURES", "true")
        done = bma_here("build", "--data-dir", data)
        assert done.returncode == 0, done.stderr
        assert "archived pages with issues beside the report" in done.stdout + done.stderr
        yield data


def test_without_the_setting_no_page_lies_beside_the_report(sample_data: Path) -> None:
    latest = sample_data / "curated" / "latest"
    assert not (latest / "captures").exists()
    assert "captures/" not in (latest / "quality.html").read_text(encoding="utf-8").partition("<script")[0]


def test_every_page_with_an_issue_lies_beside_the_report_under_a_name_of_ours(released: Path) -> None:
    latest = released / "curated" / "latest"
    with duckdb.connect() as con:
        table = str(latest / "quality_issues.parquet")
        rows = con.execute("SELECT DISTINCT snapshot_id, project_id FROM read_parquet(?)", [table]).fetchall()
    names = {file_of(snapshot): project for snapshot, project in rows if snapshot}
    withheld = names.keys() - captures_in(latest)
    # One is empty; the other ends within a row of the edit log.
    assert {names[name] for name in withheld} == {"50010000-9040", "50010000-9030"}
    assert captures_in(latest) <= names.keys()
    assert {path.suffix for path in (latest / "captures").iterdir()} == {".html"}
    for name in captures_in(latest):
        project = names[name]
        html = (latest / "captures" / f"{name}.html").read_text(encoding="utf-8")
        assert ("Invented data: do not cite it" in html) == (project != "50490000-3607")


def test_verify_knows_the_pages_and_names_one_that_is_changed_missing_or_not_ours(
    released: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(released, tmp_path / "data", symlinks=True))
    folder = (data / "curated" / "latest").resolve() / "captures"
    assert "0 problems" in bma_here("verify", "--data-dir", data).stdout
    changed, missing, *_ = sorted(folder.iterdir())
    changed.write_text("other")
    missing.unlink()
    (folder / "other.html").write_text("not ours")
    said = bma_here("verify", "--data-dir", data).stdout
    assert f"{changed}: not the file that SHA256SUMS names" in said
    assert f"{missing}: missing, though SHA256SUMS names it" in said
    assert f"{folder / 'other.html'}: SHA256SUMS does not name it" in said


def test_a_report_that_is_written_again_takes_the_pages_along(released: Path, tmp_path: Path) -> None:
    latest = (released / "curated" / "latest").resolve()
    earlier = tmp_path / "report" / "captures" / f"{'0' * 64}.html"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("of an earlier release", encoding="utf-8")
    write_report_of(latest, tmp_path / "report")
    assert captures_in(tmp_path / "report") >= captures_in(latest) > set()


@pytest.mark.slow
def test_the_pages_end_at_their_limits_those_with_errors_first(
    released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=released, report=ReportSettings(captures=True))
    release = Path(shutil.copytree((released / "curated" / "latest").resolve(), tmp_path / "release"))
    n_all = len(captures_in(release))
    shutil.rmtree(release / "captures")
    monkeypatch.setattr(issue_captures, "MAX_PAGES", 3)
    assert write_captures(release, settings) == Written(3, n_all - 1, 0)
    with duckdb.connect() as con:
        table = str(release / "quality_issues.parquet")
        errors = con.execute("SELECT snapshot_id FROM read_parquet(?) WHERE severity = 'error'", [table]).fetchall()
    assert captures_in(release) <= {file_of(snapshot) for (snapshot,) in errors if snapshot}
    shutil.rmtree(release / "captures")
    monkeypatch.setattr(issue_captures, "MAX_BYTES", 40_000)
    assert 0 < write_captures(release, settings).n_written < 3
    monkeypatch.setattr(issue_captures, "MAX_PAGE_BYTES", 10)
    shutil.rmtree(release / "captures")
    assert write_captures(release, settings) == Written(0, 0, n_all + 2)
