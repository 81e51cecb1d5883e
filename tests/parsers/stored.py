"""Strategies for what the database of the site may hold: any text at all."""

import string

from hypothesis import strategies as st

from parsers.labels import LABELS, MONTH_LABEL, MONTH_LAYOUT, match_label
from tests.parsers.projects import StoredProject
from tests.parsers.samples import Cells

_THAI = "กขคงจฉชซญดตถทธนบปผฝพฟภมยรลวศษสหฬอฮะาำิีึืุูเแโใไ็่้๊๋์ํ๎ฯๆ๏๐๑๒๓๔๕๖๗๘๙"
_AWKWARD = (
    "<>&\"';=/\r\n\t\0\x01\x08\x0b\x0c\x1b\x1f\x7f\x85\xa0\xad\u200b\u200e\u2028\u2029\u202e\ufeff\ufffd\U0001f600"
)
_FRAGMENTS = st.sampled_from(
    [
        *(
            "(ไม่ได้ตั้ง)",
            "&nbsp;",
            "&#039;",
            "&amp;lt;",
            "&lt;",
            "<br />",
            "<br>",
            "</td>",
            "</table>",
            "<td>",
            "\r\n",
            "\n\r",
        ),
        *(
            "<tr><th>ปี</th><td>2599</td></tr>",
            "<!--",
            "-->",
            "<![CDATA[",
            "</html>",
            "</title>",
            "<script>",
            "</textarea>",
        ),
        *('<span class="not-set">(ไม่ได้ตั้ง)</span>', "ปี", "เป้าหมาย", "ผลงานเดือนที่ 1", "คืบหน้าล่าสุด : ", "<plaintext>"),
        *("2566", "100", "1,200.50", "31/01/2566 : ", "\u0e4d\u0e32", "่่", "{{", "${x}", "\\u0000", "'; DROP TABLE x--"),
    ]
)
_LETTERS = st.sampled_from(_THAI + _AWKWARD + string.ascii_letters + string.digits + " ")
_ANY = st.characters(codec="utf-8")

texts = st.one_of(
    st.text(_LETTERS, max_size=30),
    st.lists(st.one_of(_FRAGMENTS, st.text(_LETTERS, max_size=8)), max_size=6).map("".join),
    st.text(_ANY, max_size=20),
)
values = st.one_of(st.none(), st.just(""), texts, texts)


def cells(columns: int) -> st.SearchStrategy[Cells]:
    return st.lists(values, min_size=columns, max_size=columns).map(tuple)


LAYOUT = tuple(label.text for label in LABELS) + tuple(f"{MONTH_LABEL} {month}" for month in MONTH_LAYOUT)
# Yii writes labels unescaped, so a label is what a developer typed, not what a user stored.
unknown_labels = st.text(st.sampled_from(_THAI + string.ascii_letters + " ()./"), min_size=1, max_size=20).filter(
    lambda label: label == label.strip() and match_label(label) is None
)


@st.composite
def projects(draw: st.DrawFn) -> StoredProject:
    """A project with any text in every cell, in the known layout or another."""
    labels = list(LAYOUT)
    if draw(st.booleans()):
        labels = draw(st.permutations(labels))
    labels = labels[: draw(st.integers(4, len(labels)))] if draw(st.booleans()) else labels
    for label in draw(st.lists(unknown_labels, max_size=2)):
        labels.insert(draw(st.integers(0, len(labels))), label)
    rows = tuple((label, draw(values)) for label in labels)
    section = st.booleans()
    reports = draw(st.lists(cells(5), max_size=4)) if draw(section) else None
    updates = draw(st.lists(cells(10), max_size=2)) if draw(section) else None
    return StoredProject(
        "50010000-0001",
        draw(st.one_of(st.none(), st.just("ร้อยละ 50"))),
        rows,
        tuple(reports) if reports is not None else None,
        tuple(updates) if updates is not None else None,
    )
