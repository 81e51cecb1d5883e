"""Folds text for search: what people type in more than one way becomes one spelling.

templates/folding.js of pipeline/report does the same for the pages; tests/core/folded.json has examples for both.
"""

import re

_INVISIBLE_OR_SPACE = re.compile(r"[\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]|[\s\u0085]")
_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_SARA_AM = re.compile(r"\u0e4d([\u0e48-\u0e4b]*)\u0e32|([\u0e48-\u0e4b]+)\u0e4d\u0e32")
_SARA_E_TWICE = "\u0e40\u0e40"
_TONE_BEFORE_VOWEL = re.compile(r"([\u0e48-\u0e4b]+)([\u0e31\u0e34-\u0e3a])")
_DOUBLED_MARK = re.compile(r"([\u0e31\u0e33-\u0e3a\u0e47-\u0e4e])\1+")


def fold(text: str) -> str:
    """A text in the one spelling by which it is found.

    Upper case, white space, invisible characters and the kind of digits go; sara am is one character with its tone mark
    before it, two sara e are one sara ae, a tone mark stands behind its vowel, and a mark stands once.
    """
    folded = _INVISIBLE_OR_SPACE.sub("", text.lower()).translate(_DIGITS)
    folded = _SARA_AM.sub("\\1\\2\u0e33", folded).replace(_SARA_E_TWICE, "\u0e41")
    return _DOUBLED_MARK.sub(r"\1", _TONE_BEFORE_VOWEL.sub(r"\2\1", folded))
