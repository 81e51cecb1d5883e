"""What a site's robots.txt allows our robot to ask for, and how often."""

import codecs
import re
from collections.abc import Iterable, Iterator

from protego import Protego

from pipeline.core.version import NAME

# The part of a larger file that counts (RFC 9309, 2.5).
MOST_BYTES = 500 * 1024
# Seconds that are as good as for ever: the number may have hundreds of digits.
_LONGEST = 1e9
_LINE_END = re.compile(rb"[\r\n]")
_NO_LINE_END = re.compile(rb"[\x0b\x0c\x1c-\x1e]")
# A line as Protego reads it, with the misspellings that it accepts.
_AGENT = re.compile(rb"user[- ]?agent(?:[ \t]*:|(?=[ \t]|$))(?P<robot>.*)", re.IGNORECASE)
_RULE = re.compile(rb"allow|dis+al+[ao]w|diasllow", re.IGNORECASE)
_TOKEN = re.compile(rb"[a-z_-]*", re.IGNORECASE)
_ESCAPED = re.compile(rb"%(2F|[89A-F][0-9A-F])", re.IGNORECASE)
_APART_FROM_LATIN_1 = {octet: octet + 0x100 for octet in range(0x80, 0x100)}


class RobotsError(ValueError):
    """The answer is not text in UTF-8 or ASCII; the message says why."""


class Robots:
    """The rules of one robots.txt for our robot; a site without one allows everything (RFC 9309)."""

    def __init__(self, content: bytes = b"") -> None:
        """Read the rules; of content longer than MOST_BYTES, only whole lines within this limit.

        Raises RobotsError.
        """
        if len(content) > MOST_BYTES:
            # A cut rule could allow more than the whole rule.
            ends = list(_LINE_END.finditer(content, 0, MOST_BYTES + 1))
            content = content[: ends[-1].start() if ends else 0]
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
            raise RobotsError("it is not text in UTF-8, perhaps UTF-16")
        lines = _regular(_LINE_END.split(content.replace(codecs.BOM_UTF8, b"")))
        self._rules = Protego.parse(_comparable(b"\n".join(lines)))

    def allows(self, url: str) -> bool:
        return self._rules.can_fetch(_comparable(url.encode("utf-8", "surrogatepass")), NAME)

    @property
    def interval(self) -> float:
        """Seconds between two requests that Crawl-delay and Request-rate ask for, thirty years at most."""
        rate = self._rules.request_rate(NAME)
        spacing = min(rate.seconds, _LONGEST) / rate.requests if rate is not None and rate.requests else 0.0
        return max(min(self._rules.crawl_delay(NAME) or 0.0, _LONGEST), spacing)


def _regular(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Write the lines so that Protego groups them by RFC 9309.

    A line that is not a rule does not end a group (2.2.4): between the robots of a group it is moved after them. Only
    line ends of the standard end a line.
    """
    aside: list[bytes] = []
    is_after_agent = False
    for whole in lines:
        line = _NO_LINE_END.sub(b" ", whole.partition(b"#")[0]).strip()
        if agent := _AGENT.match(line):
            yield b"User-agent: " + _named_for_us(agent["robot"].strip())
            is_after_agent = True
        elif is_after_agent and not _RULE.match(line):
            aside.append(line)
        else:
            yield from (*aside, line)
            aside, is_after_agent = [], False
    yield from aside


def _named_for_us(robot: bytes) -> bytes:
    """Name a robot so that Protego matches it with ours only by our product token (RFC 9309, 2.2.1).

    Our name with a version is still our robot, and a shorter name is another robot.
    """
    token = _TOKEN.match(robot)
    if token is not None and token[0].lower() == NAME.lower().encode():
        return NAME.encode()
    return b"*" if robot.split()[:1] == [b"*"] else b"another-robot"


def _comparable(written: bytes) -> str:
    """Write rules or an address so that Protego compares them octet by octet (RFC 9309, 2.2.2).

    Protego does so for ASCII, but takes %2F and / for different octets, and all octets that are not UTF-8 for the same.
    Here every octet outside ASCII becomes a separate character, escaped or not.
    """
    octets = _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), written)
    return octets.decode("latin-1").translate(_APART_FROM_LATIN_1)
