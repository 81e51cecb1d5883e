"""The bytes of a page → text, by the header, by the page's own declaration and by the bytes themselves."""

import codecs
import re
from typing import NamedTuple

from parsers.labels import LABELS

# WHATWG: all of these mean windows-874. Real TIS-620 does not have the characters that Windows added.
_WINDOWS_874_NAMES = frozenset(
    {
        "windows-874",
        "x-windows-874",
        "ms874",
        "cp874",
        "cp-874",
        "dos-874",
        "tis-620",
        "tis620",
        "tis-62",
        "iso-8859-11",
        "iso8859-11",
        "iso885911",
    }
)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# How far into a page its charset can be declared, in bytes.
_DECLARED_WITHIN = 2048
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_THAI_UTF8 = re.compile(rb"\xe0[\xb8\xb9][\x80-\xbf]")
_UTF8_LABELS, _874_LABELS = (
    tuple([label.text.encode(encoding) for label in LABELS if not label.text.isascii()])
    for encoding in ("utf-8", "cp874")
)
_NOT_CUT_MID_CHARACTER = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")


class Decoded(NamedTuple):
    """A page as text, and as UTF-8.

    is_repaired: the bytes are not in the declared encoding; has_losses: some bytes could not be read.
    """

    text: str
    encoding: str
    is_repaired: bool
    has_losses: bool
    utf8: bytes | None = None

    def as_utf8(self) -> bytes:
        """The page in UTF-8: the received bytes where they were UTF-8 already."""
        return self.text.encode() if self.utf8 is None else self.utf8


def _declared(body: bytes, content_type: str | None) -> str | None:
    header = _HEADER.search(content_type or "")
    if header is not None:
        name = header[1].lower()
    else:
        meta = _META.search(body[:_DECLARED_WITHIN])
        if meta is None:
            return None
        name = meta[1].decode("ascii").lower()
    if name in _WINDOWS_874_NAMES:
        return "windows-874"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _windows_874(body: bytes, *, is_repaired: bool) -> Decoded:
    text = body.decode("cp874", "replace")
    return Decoded(text, "windows-874", is_repaired, "\ufffd" in text)


def decode_page(body: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page by BOM, by the bytes themselves, by header and by meta element.

    A real Thai page in UTF-8 is never valid windows-874 and vice versa, so valid UTF-8 is preferred to the declared
    encoding, and other bytes are windows-874. Never raises.

    Args:
        body: the bytes as received.
        content_type: the Content-Type header of the response; its charset is preferred to that of a meta element.

    Returns:
        The text, with U+FFFD for bytes that cannot be read, and the encoding: `utf-8`, `utf-16` or `windows-874`.
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            text = body[len(bom) :].decode(encoding, "replace")
            return Decoded(text, encoding.removesuffix("-le").removesuffix("-be"), False, "\ufffd" in text)
    declared = _declared(body, content_type)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        is_repaired = not text.isascii() and declared not in (None, "utf-8")
        return Decoded(text, "utf-8", is_repaired, "\ufffd" in text, body)
    whole = _NOT_CUT_MID_CHARACTER.sub(b"", body)
    try:
        return Decoded(whole.decode("utf-8"), "utf-8", False, True)
    except UnicodeDecodeError:
        pass
    if sum(label in body for label in _UTF8_LABELS) > sum(label in body for label in _874_LABELS):
        # The site's own labels are UTF-8: other bytes make only the values that contain them unreadable.
        return Decoded(body.decode("utf-8", "replace"), "utf-8", declared not in (None, "utf-8"), True)
    if declared == "windows-874":
        return _windows_874(body, is_repaired=False)
    # A UTF-8 page with some broken bytes has far more whole Thai characters than broken ones.
    as_utf8 = body.decode("utf-8", "replace")
    if len(_THAI_UTF8.findall(body)) > as_utf8.count("\ufffd"):
        return Decoded(as_utf8, "utf-8", False, True)
    # Other names are ignored: servers send iso-8859-1 by default, and Python would also accept base64 as a charset.
    return _windows_874(body, is_repaired=True)
