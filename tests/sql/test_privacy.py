"""Contacts and user names never reach a published table."""

import random
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, get_type_hints

import duckdb
import pytest

from parsers.records import Issue, MonthRow, PageCell, PageRecord, ProgressRow, UpdateRow
from pipeline.build.contacts.mask import mask_text
from pipeline.build.macros import define_macros
from tests.build.test_contacts import CONTACTS, TEXTS
from tests.conftest import Built, ParsedArchive
from tests.quick import quick
from tests.sql.in_memory import ModelArchive

P = "50010000-0001"
TELEPHONE = "081 431 8031"
USER = "somchai.j"


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        define_macros(con)
        con.execute("SET VARIABLE publish_user_names = false").complete()
        con.execute("SET VARIABLE salt = ''").complete()
        yield con


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("จัดขึ้นทั้งในรูปแบบออนไลน์และออฟไลน์", False),
        ("ประชุม online ตาม pipeline", False),
        ("ผ่านไลน์ไอดี somchai", True),
        ("สอนไลน์ไอดี somchai", True),
        ("ไลน์", True),
        ("idline: somchai", True),
        ("ทาง Line", True),
    ],
)
def test_only_a_text_that_may_hold_a_contact_is_read_for_contacts(text: str, is_read: bool) -> None:
    """Reading takes a thousand times as long as the look before it, and most long texts say "online"."""
    with duckdb.connect() as con:
        define_macros(con)
        con.remove_function("mask_text")
        con.create_function("mask_text", lambda _: "read", ["VARCHAR"], "VARCHAR")
        assert con.execute("SELECT masked_text(?)", [text.ljust(20, ".")]).fetchall() == [
            ("read" if is_read else text.ljust(20, "."),)
        ]


def test_the_look_before_the_masking_misses_no_number_behind_66(con: duckdb.DuckDBPyConnection) -> None:
    """Digits of two scripts, signs between them and the letter O for a zero, at any place of a text."""
    dice = random.Random(66)
    signs = ("", "-", " ", ".", "(", ") ", " - ", "\u200b", "O", "/")
    thai = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
    texts = []
    for _ in range(5000):
        digits = [dice.choice("689"), *dice.choices("0123456789", k=8)]
        number = f"66{dice.choice(signs[:3])}" + "".join(
            digit + dice.choice(signs) * (dice.random() < 0.3) for digit in digits
        )
        before, behind = dice.choice(("", "(", "ก", "ปี 2566 ", "1 ", "๑", "12-")), dice.choice(("", "ก", " น.", "123"))
        texts.append(before + (number.translate(thai) if dice.random() < 0.3 else number) + behind)
    masked = con.execute("SELECT masked_text(text) FROM (SELECT unnest(?) AS text)", [texts]).fetchall()
    assert [text for (text,) in masked] == [mask_text(text) for text in texts]
    assert sum(mask_text(text) != text for text in texts) > 1000


@pytest.mark.parametrize(("text", "masked"), CONTACTS)
def test_the_fields_of_contacts_are_masked_as_contacts(con: duckdb.DuckDBPyConnection, text: str, masked: str) -> None:
    for field in ("responsible", "evaluator"):
        assert con.execute("SELECT masked(?, ?)", [field, text]).fetchall() == [(masked,)]


@pytest.mark.parametrize(
    "field", ["remark", *[pytest.param(field, marks=pytest.mark.slow) for field in ("detail", None)]]
)
@pytest.mark.parametrize("text", [text for text, _ in (*CONTACTS, *TEXTS)])
def test_every_other_text_is_masked_as_a_text(con: duckdb.DuckDBPyConnection, field: str | None, text: str) -> None:
    assert con.execute("SELECT masked(?, ?)", [field, text]).fetchall() == [(mask_text(text),)]


def build_with_secrets(archive: ParsedArchive, **build_settings: object) -> Built:
    for day, time in (("01", "10:00"), ("02", "11:00")):
        archive.capture(
            P,
            f"2026-01-{day}",
            responsible=f"ฝ่ายปกครอง {TELEPHONE} วัน {day}",
            evaluator=f"โทร {TELEPHONE}",
            name=f"โครงการ วัน {day} โทร. 8031",
            unit=f"โทร. 8031 วัน {day}",
            unknown={"ผู้ประสานงาน": f"{TELEPHONE} วัน {day}", "โทร. 8031": day},
            reports=[(f"2026-01-{day}", "1", "1", "โทร. 8031", "โทรฯ 7135 หรือ 8031")],
            updates=[(f"2026-01-{day}", time, USER)],
            issues=[
                ("control_characters", "responsible", TELEPHONE),
                ("unknown_label", None, TELEPHONE),
                ("control_characters", "update_history.user_name", USER),
                ("malformed_table_row", "update_history", f"a | {USER} | b"),
            ],
        )
    return archive.build(**build_settings)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def secret_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose pages hold telephone numbers and user names, with the release built from it."""
    archive = ParsedArchive(tmp_path_factory.mktemp("secret") / "data")
    archive.capture("50010000-0002", "2026-01-02", responsible="ฝ่ายโยธา")
    build_with_secrets(archive)
    return archive.data_dir


@pytest.fixture(scope="module")
def built(secret_data: Path) -> Built:
    return Built(secret_data / "release", {})


def published_text(built: Built) -> str:
    tables = built.column("SELECT DISTINCT table_name FROM duckdb_columns() WHERE NOT internal")
    return "\n".join(str(built.rows(str(table))) for table in tables)


def test_no_table_or_view_holds_a_telephone_number(built: Built) -> None:
    text = published_text(built)
    assert "8031" not in text
    assert "081xx xxxx" in text


@pytest.mark.slow
def test_numbers_that_are_no_telephone_numbers_stay_under_unknown_labels_and_in_messages(
    archive: ParsedArchive,
) -> None:
    issues = [("spent_over_received", "budget_spent", "1491675.17"), ("wrong_project", None, "50010000-9999")]
    archive.capture(P, "2026-01-01", unknown={"พิกัดโครงการ": "13.756309123, 100.501812345"}, issues=issues)
    built = archive.build()
    assert built.column("SELECT raw FROM page_fields") == ["13.756309123, 100.501812345"]
    assert built.rows("SELECT raw, message FROM quality_issues ORDER BY raw") == [
        {"raw": "1491675.17", "message": "found 1491675.17"},
        {"raw": "50010000-9999", "message": "found 50010000-9999"},
    ]


@pytest.mark.parametrize(
    ("table", "record_type", "published_as"),
    [
        ("pages", PageRecord, "projects"),
        ("month_rows", MonthRow, "target_rows"),
        ("progress_rows", ProgressRow, "progress_history"),
        ("update_rows", UpdateRow, "update_history"),
    ],
)
def test_every_text_of_a_row_is_masked_before_it_is_published(
    archive: ParsedArchive, table: str, record_type: type[NamedTuple], published_as: str
) -> None:
    archive.capture(
        P,
        "2026-01-01",
        months=[(1, "1", "canonical")],
        reports=[("2026-01-01", "1", "1", "", "")],
        updates=[("", "", "")],
    )
    texts = {name: f"โทร. {TELEPHONE}" for name, kind in get_type_hints(record_type).items() if kind == str | None}
    texts.pop("agency_code", None)
    rows = archive.rows["20260101T000000Z"]
    rows[table] = [row._replace(**texts) for row in rows[table]]
    [published] = archive.build().rows(published_as)
    assert "081xx xxxx" in str(published)
    assert TELEPHONE not in str(published)


def test_the_fact_of_masking_is_kept(built: Built) -> None:
    assert built.column("SELECT is_contact_masked FROM projects ORDER BY project_id") == [True, False]


def test_no_table_or_view_holds_a_user_name(built: Built) -> None:
    assert USER not in published_text(built)
    assert re.fullmatch(r"user-[0-9a-f]{12}", str(built.column("SELECT user_name FROM update_history")[0]))


def test_an_issue_under_the_label_of_a_user_name_does_not_tell_it(archive: ParsedArchive) -> None:
    snapshot = archive.capture(P, "2026-01-01", name="a")
    for label in ("ชื่อผู้ใช้", "ชื่อ ผู้ใช้", "ผู้ใช้"):
        issue = Issue("unknown_label", "warning", "sample", P, snapshot, None, label, 1, USER, "unknown")
        archive.rows["20260101T000000Z"]["issues"].append(issue)
    raws = archive.build().column("SELECT raw FROM quality_issues")
    assert len(raws) == 3
    assert all(re.fullmatch(r"user-[0-9a-f]{12}", str(raw)) for raw in raws)


LABELS_OF_CONTACTS = [
    "โทร", "เบอร์โทรศัพท์", "ติดต่อ", "ผู้ประสานงาน", "E-mail", "อีเมล", "ไลน์", "ID Line", "line :",
]  # fmt: skip
LABELS_OF_USERS = [
    "ผู้ใช้งาน", "ผู้บันทึก", "ผู้แก้ไขล่าสุด", "ผู้รายงาน", "แก้ไขโดย", "โดย", "บันทึกโดย :", "Username", "ชื่อ", "ชื่อ-สกุล", "ชื่อผู้ติดต่อ",
]  # fmt: skip
LABELS_OF_NEITHER = [
    "ประชุมออนไลน์",
    "Online",
    "กล้องโทรทัศน์",
    "จำนวนผู้ใช้บริการ",
    "รายละเอียดโดยย่อ",
    "ชื่อโครงการย่อย",
    "Pipeline",
]


def under(archive: ParsedArchive, labels: list[str], text: str) -> list[object]:
    """What a text becomes in page_fields, project_changes and quality_issues under unknown labels."""
    archive.capture(P, "2026-01-01", unknown=dict.fromkeys(labels, "-"))
    snapshot = archive.capture(P, "2026-01-02", unknown=dict.fromkeys(labels, text))
    for number, label in enumerate(labels, 1):
        issue = Issue("unknown_label", "warning", "sample", P, snapshot, None, label, number, text, f"found {text!r}")
        archive.rows["20260102T000000Z"]["issues"].append(issue)
    built = archive.build()
    return [
        *built.column("SELECT raw FROM page_fields"),
        *built.column("SELECT new FROM project_changes WHERE new IS NOT NULL"),
        *built.column("SELECT raw FROM quality_issues WHERE code = 'unknown_label'"),
        *(str(found).split("'")[1] for found in built.column("SELECT message FROM quality_issues")),
    ]


def test_under_an_unknown_label_of_contacts_a_text_is_masked_as_a_contact(archive: ParsedArchive) -> None:
    texts = under(archive, LABELS_OF_CONTACTS, "นายสมมุติ 7135")
    assert texts == ["นายสมมุติ xxxx"] * (4 * len(LABELS_OF_CONTACTS))


def test_under_an_unknown_label_of_users_a_text_is_a_pseudonym(archive: ParsedArchive) -> None:
    texts = under(archive, LABELS_OF_USERS, USER)
    assert len(texts) == 4 * len(LABELS_OF_USERS)
    assert all(re.fullmatch(r"user-[0-9a-f]{12}", str(text)) for text in texts)


@pytest.mark.slow
def test_under_any_other_unknown_label_a_text_stays(archive: ParsedArchive) -> None:
    texts = under(archive, LABELS_OF_NEITHER, "กลุ่ม 1250")
    assert texts == ["กลุ่ม 1250"] * (4 * len(LABELS_OF_NEITHER))


@pytest.mark.parametrize(
    ("label", "published"),
    quick(1, [("ติดต่อ", "นายสมมุติ xxxx"), ("แก้ไขโดย", r"user-[0-9a-f]{12}"), ("หมายเหตุ", "นายสมมุติ 7135")]),
)
def test_an_unknown_cell_is_masked_as_its_label_says(archive: ParsedArchive, label: str, published: str) -> None:
    snapshot = archive.capture(P, "2026-01-01", name="a")
    cell = PageCell("sample", P, snapshot, "other", 1, label, "นายสมมุติ 7135", None, None, 1, "001")
    archive.rows["20260101T000000Z"]["page_cells"].append(cell)
    [raw] = archive.build().column("SELECT raw FROM unknown_cells")
    assert re.fullmatch(published, str(raw))


@pytest.mark.parametrize(
    "field",
    ["responsible", *[pytest.param(one, marks=pytest.mark.slow) for one in ("remark", "update_history.user_name")]],
)
def test_a_message_does_not_quote_what_its_raw_text_masks(con: duckdb.DuckDBPyConnection, field: str) -> None:
    raw = f"{USER}\nนายสมมุติ\nโทร\n0819997042\u200b"
    for quoted in (repr(raw), repr(raw[:30]), repr("it's " + raw)):
        message = f"'ผู้รับผิดชอบ' holds {quoted} at character 3"
        given = "SELECT ? AS field, 'ผู้รับผิดชอบ' AS label, ? AS raw, ? AS message"
        query = f"SELECT masked_message(field, label, raw, masked_issue(field, label, raw), message) FROM ({given})"
        [(masked,)] = con.execute(query, [field, raw, message]).fetchall()
        assert masked == "'ผู้รับผิดชอบ' holds (masked) at character 3"


@pytest.mark.parametrize("field", ["update_history", "update_history.user_name", None])
def test_a_message_about_the_label_of_a_user_can_be_read(con: duckdb.DuckDBPyConnection, field: str | None) -> None:
    message = "column 'ผู้บันทึก' of update_history is not known"
    found = con.execute("SELECT masked_message(?, 'ผู้บันทึก', NULL::VARCHAR, NULL, ?)", [field, message]).fetchall()
    assert found == [(message,)]


@pytest.mark.slow
def test_nobody_gets_no_pseudonym(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", updates=[("2026-01-01", "10:00", "")])
    assert archive.build().column("SELECT user_name FROM update_history") == [""]


def test_no_file_of_a_release_holds_a_secret_byte_for_byte(secret_data: Path, built: Built) -> None:
    # Without its second line, which is only its check.
    salt = (secret_data / "user-names.salt").read_bytes().split()[0]
    for file in built.path.iterdir():
        content = file.read_bytes()
        for secret in (TELEPHONE.encode(), USER.encode(), salt):
            assert secret not in content, file.name


@pytest.mark.slow
def test_pseudonyms_are_stable_within_a_data_directory_and_differ_between_two(
    archive: ParsedArchive, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = ModelArchive(tmp_path_factory.mktemp("other") / "data")
    query = "SELECT user_name FROM update_history"
    first = build_with_secrets(archive).column(query)
    assert archive.build("again").column(query) == first
    assert build_with_secrets(other).column(query) != first


def test_a_setting_publishes_user_names(archive: ParsedArchive) -> None:
    built = build_with_secrets(archive, publish_user_names=True)
    assert built.column("SELECT user_name FROM update_history") == [USER]


def test_the_salt_is_readable_for_its_owner_alone(secret_data: Path) -> None:
    assert stat.S_IMODE((secret_data / "user-names.salt").stat().st_mode) == 0o600
