"""Texts in the place of a value that are certainly not values: lost characters, texts of programs, pictures."""

import re
from collections.abc import Iterable
from itertools import pairwise

# UTF-8 that was once read as windows-1252 or as windows-874 and stored so: three characters for each Thai one, of which
# the last was often lost. เธ alone may be a Thai syllable, but not before another such pair.
_LAST_OF_874 = r"[^\x00-\x7f\u0e20-\u0e7f]?"
_OF_874 = f"เ[ธน]{_LAST_OF_874}"
# Thai digits, which may stand alone.
_DIGIT_OF_874 = "เน[\u2018\u2019\u201c\u201d\u2022\u2013\u2014\x80-\x9f]"
# Windows-874 that was once read as windows-1252 has a Latin letter or sign for each Thai one.
_LETTER_OF_1252, _NO_LETTER = "[\u00a1-\u00da\u00df-\u00fb]", "[\\x00-@\u00a1-\u00fb]"
MOJIBAKE = re.compile(
    f"{_LETTER_OF_1252}{{4,}}"
    f"|\\A(?={_NO_LETTER}{{2,40}}\\Z){_NO_LETTER}*?{_LETTER_OF_1252}{{2}}{_NO_LETTER}*"
    "|(?:à[¸¹][^\\x00-\\x7fà]?)+"
    # Quotes, dashes and no-break spaces that were read so (as windows-874: โ€), and the byte order mark.
    "|(?:[âโ]€[^\\x00-\\x7f\u0e01-\u0e5b]?|Â[\u00a0-\u00bf]|ï»¿)+"
    # Read so and stored twice.
    "|(?:Ã\\s?Â[¸¹][^\\x00-\\x7fÃ]{0,3})+|(?:ร\u00a0ย[ธน][ยโหล][^\\x00-\\x7fร]{0,2})+"
    f"|\\A(?=[\\x00-@]{{0,60}}{_DIGIT_OF_874})(?:[\\x00-@]|{_DIGIT_OF_874}){{1,60}}\\Z"
    f"|(?:{_OF_874}){{3,}}|เธ{_LAST_OF_874}{_OF_874}|เน{_LAST_OF_874}เธ{_LAST_OF_874}"
    f"|\\A(?:{_OF_874}){{2}}\\Z|\\Aเธ{_LAST_OF_874}\\Z"
)
_PHP_MESSAGE = re.compile(
    r"(?<![A-Za-z])(?:(?:Warning|Notice|Deprecated|Strict Standards|(?:Fatal|Parse) error) ?: |Undefined [a-z])"
    r".* in \S",
    re.DOTALL,
)
_LINE_NUMBER = re.compile("(?:<[bi]>)?[0-9]")
# The longest message of PHP, with the path of its file.
_LONGEST_MESSAGE = 400
# Templates and messages that people do not type.
_TEMPLATE = re.compile(
    r"\{\{[^{}]{0,200}\}\}|\{%[^%]{0,200}%\}|\$\{[A-Za-z_][\w.]{0,80}\}|<%[^%]{0,200}%>|<\?(?:php\b|=)[^>]{0,200}"
    r"|SQLSTATE\[\w{5}\]"
)
# The name of a value in one pair of brackets: certain where it is all of a text.
_NAME = r"\$?[A-Za-z_]\w{0,80}(?:(?:->|\.)\w{1,80}){0,5}"
_PLACE = rf"\{{{_NAME}\}}"
_WHOLE_PLACE = re.compile(
    rf"[#@]?{_PLACE}|\[\[ ?{_NAME} ?\]\]|\[(?=\w{{3}}){_NAME}\]|</?{_NAME} ?/?>|\$[A-Za-z_]\w*|\{{[0-9]?\}}|\[\]|%[sd]"
    rf"|\[object \w{{1,80}}\]|%{_NAME}%|%\({_NAME}\)[sd]|__[A-Za-z]\w{{0,80}}__|(?:%[0-9A-Fa-f]{{2}}){{3,}}|\\N",
    re.ASCII,
)
# Characters that were written as references twice, or as a program writes them.
_ESCAPES = re.compile(
    r"&(?:amp;)*(?:#[0-9]{2,7}|#[xX][0-9A-Fa-f]{2,6}|amp|lt|gt|quot|apos|nbsp|[lr][sd]quo|[nm]dash|hellip|bull|shy|zwsp);"
    r"|\\u0[eE][0-9A-Fa-f]{2}"
)
_ENDS = frozenset("}])")
_HIDDEN_ADDRESS = re.compile(r"\[email[\s\u00a0]protected\]")
# Words that programs write without a value.
_OF_OTHERS = ("Undefined", "(null)", "<null>", "None", "<None>", "nil", "<undefined>")
_OF_JAVASCRIPT = ("Invalid Date", "Invalid date", "Infinity", "-Infinity", "NaN-NaN-NaN", "NaN/NaN/NaN")
_OF_EXCEL = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")
_OF_PHP = ("Array", "Array\n(\n)", "Array ( )", "Array()", "stdClass", "stdClass Object")
# Words that a page shows until a program has loaded the value.
_WAITING = (
    "loading",
    "Loading",
    "LOADING",
    "กำลังโหลด",
    "กำลังโหลดข้อมูล",
    "please wait",
    "Please wait",
    "กรุณารอสักครู่",
    "โปรดรอสักครู่",
)
_OF_WAITING = [word + tail for word in _WAITING for tail in ("", ".", "..", "...", "....", "…", " ...", " …")]
_LEFTOVERS = frozenset(
    {"undefined", "NaN", "nan", "null", "NULL", *_OF_OTHERS, *_OF_PHP, *_OF_JAVASCRIPT, *_OF_EXCEL, *_OF_WAITING}
)
# The beginning of a value with names in it, as JSON and PHP write one.
_STRUCTURE = re.compile(
    r'\{\s*"[^"]{0,200}"\s*:|\[\s*[{"]|(?:Array|stdClass Object)\s*\(|array\([0-9]|object\(|[aO]:[0-9]+:["{]', re.ASCII
)
# Texts that a program wrote into a value.
PROGRAM_TEXT = re.compile("|".join([_TEMPLATE.pattern, _PLACE, _HIDDEN_ADDRESS.pattern, _ESCAPES.pattern]))
# The mark in a cell before elements that show something without a text, and before a text that the page strikes out,
# hides or marks as not set (parsers.html_cells).
OBJECT = "\ufffc"
NOT_SHOWN = re.compile(rf"{OBJECT}<(?:struck|hidden|not-set)>[^{OBJECT}]*")
_HIDDEN = re.compile(rf"{OBJECT}<hidden>([^{OBJECT}]*)</hidden>")
WITHOUT_TEXT = re.compile(rf"{OBJECT}(?:<(?!(?:struck|hidden|not-set)>)[^<>]*>)+")
# The signs in place of lost characters; question marks may also be intended.
LOST = re.compile(r"\ufffd|\?{4,}")
_QUESTION_MARKS = re.compile(r"\?{2,}")
_NOT_ASCII = re.compile(r"[^\s\x00-\x7f]")
_THAI = re.compile("[\u0e01-\u0e5b]")


def holds_leftover(texts: Iterable[str | None]) -> bool:
    """Whether one of the texts is a word that programs write without a value."""
    return not _LEFTOVERS.isdisjoint(texts)


def holds_php_message(text: str) -> bool:
    """Whether a text, or HTML, contains a message of PHP: without markup of its own, or in Xdebug's table."""
    if " on line " not in text:
        return False
    parts = text.split(" on line ")
    return any(
        _LINE_NUMBER.match(after) is not None and _PHP_MESSAGE.search(before[-_LONGEST_MESSAGE:]) is not None
        for before, after in pairwise(parts)
    )


def no_value(text: str) -> str | None:
    """Why a text is certainly not a value, by the code of the issue; None where it may be a value.

    A text is not a value if at least half of its visible characters were lost or escaped, or a program wrote into it.
    """
    if OBJECT in text:
        if NOT_SHOWN.search(text):
            return "text_not_shown"
        if not without_pictures(text):
            return "value_without_text"
    is_left_over = text in _LEFTOVERS or _HIDDEN_ADDRESS.fullmatch(text) or _WHOLE_PLACE.fullmatch(text)
    is_structure = text[-1:] in _ENDS and _STRUCTURE.match(text)
    if is_left_over or is_structure or _TEMPLATE.search(text) or holds_php_message(text):
        return "program_text"
    n_shown = len("".join(text.split()))
    for code, pattern in (("mojibake", MOJIBAKE), ("program_text", _ESCAPES)):
        if 2 * sum(len("".join(found[0].split())) for found in pattern.finditer(text)) >= n_shown > 0:
            return code
    n_lost = text.count("\ufffd")
    if not _THAI.search(text):
        # Some bytes of Thai in the middle of UTF-8 look like letters of another script.
        n_lost = len(_NOT_ASCII.findall(text)) if n_lost else 0
        n_lost += sum(len(found[0]) for found in _QUESTION_MARKS.finditer(text))
    return "replacement_character" if 2 * n_lost >= n_shown > 0 else None


def without_pictures(text: str) -> str:
    """A text without the elements beside it that show something without a text."""
    return WITHOUT_TEXT.sub(" ", text).strip() if OBJECT in text else text


def shown_or_hidden(text: str) -> str:
    """A text without pictures beside it, also one that the page hides as a whole."""
    hidden = _HIDDEN.fullmatch(text)
    return hidden[1] if hidden is not None else without_pictures(text)


def value_or_none(text: str | None) -> str | None:
    """A text that may be a value, unchanged; None for one that is certainly not a value."""
    return text if text and no_value(text) is None else None


def text_or_none(text: str | None) -> str | None:
    """The same without pictures beside it."""
    value = value_or_none(text)
    return without_pictures(value) if value is not None else None
