"""Addresses and ids: e-mail, LINE and other messengers, and pages of persons on social networks."""

import re


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# Thai and the other scripts, without punctuation, full-width forms, and letters of which one case is ASCII.
_SCRIPT = r"\xc0-\u012f\u0132-\u017e\u0180-\u1fff\u3040-\ud7ff"
_LOCAL = r"a-z0-9._%+\-"
# After a sign with other meanings an address has a point.
_BEFORE_DOMAIN = r"\s?[>)}\]]?\s?[a-z0-9-]+(?:\s?\.\s?|\s?-dot-\s?|\s?[<({\[]\s?(?:dot|\.)\s?[>)}\]]\s?)[a-z]{2}"
_AT = (
    rf"\s?(?:@{{1,2}}|%40|&#0{{0,4}}64;|&commat;|-at-(?={_BEFORE_DOMAIN})"
    rf"|[<({{\[]\s?(?:at|@|a(?={_BEFORE_DOMAIN})|แอ[ทดต])\s?[>)}}\]])\s?"
)
_DOT = r"\s?(?:\.|[<({\[]\s?(?:dot|\.|ดอ[ทต])\s?[>)}\]]|-dot-)\s?"
_DOMAIN = rf"(?:[a-z][a-z0-9-]*|[a-z0-9-]+(?={_DOT}[a-z]{{2}}))(?:{_DOT}[a-z][a-z0-9-]+)*"
_WHOLE_DOMAIN = rf"(?:[a-z0-9-]+{_DOT}[a-z]{{2}}|[{_SCRIPT}]{{1,63}}\.(?:ไทย|คอม))"
# A Thai word that touches a name in Latin letters is a word: "ติดต่อsomchai@".
_SCRIPT_NAME = (
    rf"(?<![{_LOCAL}{_SCRIPT}])[{_LOCAL}{_SCRIPT}]{{0,64}}(?:[{_SCRIPT}]|[._%+-][a-z0-9]{{1,64}})"
    rf"(?={_AT}{_WHOLE_DOMAIN})"
)
_LATIN_NAME = rf"(?<![{_LOCAL}])(?!line\s?@)(?:(?!%40)[{_LOCAL}])++"
EMAIL = _compiled(rf"(?P<contact>(?:{_SCRIPT_NAME}|{_LATIN_NAME}){_AT}(?:{_DOMAIN}|[{_SCRIPT}]{{1,63}}\.(?:ไทย|คอม)))")
# Spelled in words; in other text these words have other meanings.
EMAIL_IN_WORDS = _compiled(
    rf"(?<![{_LOCAL}])(?P<contact>[{_LOCAL}]++\sat\s[a-z0-9-]++(?:(?:\s?\.\s?|\sdot\s)[a-z][a-z0-9-]+)+)"
)

# The signs between a word and the id.
_TO_ID = r"(?:[\s:=.@~_/(\[<\"'“”‘’-]|คือ)"
_LINE_NAMES = r"(?!(?:id|oa|official|group|notify|https?|www|account|open|openchat|today|traffy|bot|api)(?![a-z0-9]))"
# Not on-line, ออนไลน์, ออฟไลน์.
_LINE_ID = r"(?:(?<![a-z])(?<!on-)(?<!off-)(?:id[\s_-]?)?line|(?<!ออ[นฟ])(?<!ออ[นฟ][\s-])ไลน์?)"
_ID = r"[a-z0-9][a-z0-9._-]{2,}"
MESSENGER_ADDRESS = _compiled(r"(?:line\.me|lin\.ee|(?<![a-z0-9])(?:wa|t|m)\.me)/(?P<contact>[^\s<>\"']+)")
LINE_SAYS_SO = _compiled(
    rf"(?:{_LINE_ID}[\s_-]?(?:(?:@|(?P<id>id|ไอดี)){_TO_ID}{{0,6}}|[:=]\s?@?)"
    rf"|(?:(?<![a-z])id|ไอดี|แอด)[\s_-]?(?:line|ไลน์?){_TO_ID}{{1,6}})"
    rf"(?P<contact>{_LINE_NAMES}(?:(?=[\d._-]*[a-z]|[\d._-]{{8}}){_ID}|(?(id)[{_SCRIPT}]+[a-z0-9][a-z0-9._-]*|(?!))))"
)
LINE = _compiled(rf"{_LINE_ID}{_TO_ID}{{0,6}}(?:(?:id|ไอดี){_TO_ID}{{0,6}})?(?P<contact>{_LINE_NAMES}{_ID})")
HANDLE = _compiled(rf"(?<![\w@])@(?P<contact>{_ID})")

# In other text these are the pages and posts of offices.
NETWORK_ADDRESS = _compiled(
    r"(?<![a-z0-9-])(?:(?:facebook|fb|instagram|twitter|tiktok|x)\.com|(?:fb|ig)\.me)/(?P<contact>[^\s<>\"']+)"
)
_NETWORK = (
    r"(?:(?<![a-z])(?:facebook|fb|instagram|ig|telegram|whatsapp|wechat|twitter|tiktok|skype)"
    r"|เฟ[ซส]บุ๊?[กค]|เฟ[ซส](?![ก-๙])|อินสตาแกรม|ไอจี|เทเลแกรม|วีแชท|ทวิตเตอร์)"
)
NETWORK_ID = _compiled(
    rf"{_NETWORK}\s?(?:(?:fan)?page|เพจ|id|ไอดี)?[\s:=.@/-]{{1,4}}"
    rf"(?P<contact>(?!(?:live|(?:fan)?page|group|official|messenger|https?|www|com|id)(?![a-z0-9])){_ID})"
)
