"""Addresses of e-mail and LINE."""

import re


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


EMAIL = _compiled(
    r"(?<![a-z0-9._%+-])(?P<contact>(?!line\s?@)[a-z0-9._%+-]++\s?(?:@|\(at\)|\[at\])\s?[a-z][a-z0-9-]*(?:\s?\.\s?[a-z][a-z0-9-]+)*)"
)
_LINE_NAMES = r"(?!(?:id|oa|official|group|notify|https?|www|account)(?![a-z0-9]))"
# Not on-line, ออนไลน์.
_LINE_ID = r"(?:(?<![a-z])(?<!on-)(?<!off-)line|(?<!ออน)(?<!ออน[\s-])ไลน์?)"
LINE_ADDRESS = _compiled(r"line\.me/(?P<contact>[^\s<>\"']+)")
LINE_SAYS_SO = _compiled(
    rf"{_LINE_ID}\s?(?:(?:@|id|ไอดี)[\s:=.@-]{{0,4}}|[:=]\s?@?)(?P<contact>{_LINE_NAMES}(?=[\d._-]*[a-z]|[\d._-]{{8}})[a-z0-9][a-z0-9._-]{{2,}})"
)
LINE = _compiled(
    rf"{_LINE_ID}[\s:=.@-]{{0,4}}(?:(?:id|ไอดี)[\s:=.@-]{{0,4}})?(?P<contact>{_LINE_NAMES}[a-z0-9][a-z0-9._-]{{2,}})"
)
HANDLE = _compiled(r"(?<![\w@])@(?P<contact>[a-z0-9][a-z0-9._-]{2,})")
