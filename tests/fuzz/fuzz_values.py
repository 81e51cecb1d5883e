"""Texts for the value readers: numbers, dates and quantities as people mistype them, a hundred at a time."""

import random
from collections.abc import Sequence

from parsers.dates import read_date, read_stamp, read_year
from parsers.issue_codes import CATALOGUE
from parsers.labels import WITHOUT_INVISIBLE
from parsers.numbers import read_money, read_number, read_percent, read_result
from parsers.quantities import read_quantity

_WORDS = """
    0 1 2 9 12 31 100 2566 2023 66 132,182,444 1,215,865.49 510,0003.01 0.005 1e9 ๒๕๖๖ ๙
    / - . , : % + ~ ( ) ' " * # = \\
    บาท ล้านบาท ล้าน พัน ร้อยละ ร้อยละ. เปอร์เซ็นต์ ระดับ ครั้ง แห่ง กิโลเมตร .- ไม่มี N/A nan inf ่ ำ \u2212 \0 \x1b \u200b \ufeff
    \u202e \ufffd ม.ค. มิย. ตค. พฤศจิกายน Oct 19 พ.ศ. ค.ศ. ปี 2022-10-01 00:00:00.000 31/01/2566 1/31/2021 29-10-2023
"""
_PIECES = (
    *_WORDS.split(),
    *(" ", "\u00a0", "\n", "\r\n", "31/02/2566 : ", "0000-00-00", "1900-01-01", "9" * 30, "." * 20, "1," * 30),
)
_NUMBERS = (read_money, read_number, read_percent, read_result)


def make_values(chance: random.Random) -> bytes:
    """A hundred texts, one a NUL-free record separator apart."""
    texts = ("".join(chance.choices(_PIECES, k=chance.randrange(1, 7))) for _ in range(100))
    return "\x1e".join(texts).encode("utf-8", "surrogatepass")


def check_values(body: bytes) -> None:
    """A value never hides an issue, a text that shows something is never passed over, and a second reading agrees."""
    for raw in body.decode("utf-8", "replace").split("\x1e"):
        _check_numbers(raw)
        for read in (read_date, read_year):
            found = read(raw)
            assert found == read(raw), f"two readings of {raw!r} differ"
            assert found.value is None or found.issue_code is None, f"{raw!r}: a value with an issue"
            _check_codes(raw, [found.issue_code])
        for unit in (None, raw[-3:] or None, "ร้อยละ"):
            quantity = read_quantity(raw, unit)
            assert quantity.value is None or quantity.value.is_finite()
            _check_codes(raw, [quantity.issue_code])
        stamp = read_stamp(raw)
        _check_codes(raw, [stamp.issue_code if stamp is not None else None])


def _check_numbers(raw: str) -> None:
    shows_something = bool(raw.translate(WITHOUT_INVISIBLE).strip())
    for read in _NUMBERS:
        number = read(raw)
        assert number == read(raw), f"two readings of {raw!r} differ"
        assert number.value is None or number.issue_code in (None, "precision_reduced"), (
            f"{raw!r}: a value with an issue"
        )
        assert number.value is None or number.value.is_finite(), f"{raw!r}: no finite number"
        said = number.value is not None or number.issue_code is not None
        assert said == shows_something, f"{raw!r}: passed over in silence, or made of nothing"
        _check_codes(raw, [number.issue_code])


def _check_codes(raw: str, issue_codes: Sequence[str | None]) -> None:
    assert all(code is None or code in CATALOGUE for code in issue_codes), (
        f"{raw!r}: a code that is not in the catalogue"
    )
