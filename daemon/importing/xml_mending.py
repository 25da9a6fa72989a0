"""Makes XML of backup programs readable for a strict parser, piece by piece, in bounded memory.

SMS Backup & Restore (Android; files of versions 8 to 10 as described in public, not verified here) writes emoji as two
character references (`&#55357;&#56832;`) or as two UTF-8 encoded halves, and lets control characters through; XML
allows none of it. Pairs are joined; what has no meaning becomes U+FFFD.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Final

_REPLACEMENT: Final = "\ufffd"
_HALVES: Final = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_LONGEST_PARTIAL: Final = 5
_REFERENCES: Final = re.compile(r"(?:&#(?:[0-9]{1,8}|[xX][0-9a-fA-F]{1,7});)+")
_REFERENCE: Final = re.compile(r"&#(?:([0-9]+)|[xX]([0-9a-fA-F]+));")
_UNFINISHED: Final = re.compile(
    r"(?:&#(?:0*5(?:529[6-9]|5[3-9][0-9]{2}|6[0-2][0-9]{2}|63[01][0-9])|[xX]0*[dD][89abAB][0-9a-fA-F]{2});)?"
    r"(?:&(?:#[xX]?[0-9a-fA-F]{0,8})?)?\Z"
)
"""At the end of a piece: the first half of a pair, or a reference that is cut."""
_LONGEST_UNFINISHED: Final = 32
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DECLARED: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,30})[\"']")
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_ALIASES: Final = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5"}


def xml_encoding(head: bytes) -> str:
    """By the byte order mark, then the declaration; UTF-8 for everything that is not known to be another."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    declared = _DECLARED.match(head.lstrip())
    return _ALIASES.get(declared[1].decode("ascii").lower(), "utf-8") if declared else "utf-8"


def mended(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The same document as UTF-8 that a strict parser takes; lines stay where they are. Total."""
    mender = _Mender(encoding)
    for chunk in chunks:
        if text := mender.feed(chunk):
            yield text
    if text := mender.finish():
        yield text


class _Mender:
    def __init__(self, encoding: str) -> None:
        self._is_utf8 = encoding.startswith("utf-8")
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._bytes = b""
        self._text = ""

    def feed(self, chunk: bytes) -> bytes:
        if self._is_utf8:
            chunk = _HALVES.sub(_joined, self._bytes + chunk)
            at = chunk.find(b"\xed", max(0, len(chunk) - _LONGEST_PARTIAL))
            chunk, self._bytes = (chunk, b"") if at < 0 else (chunk[:at], chunk[at:])
        return self._mend(self._decoder.decode(chunk))

    def finish(self) -> bytes:
        text = self._text + self._decoder.decode(_HALVES.sub(_joined, self._bytes), final=True)
        self._text = ""
        return _clean(text)

    def _mend(self, text: str) -> bytes:
        text = self._text + text
        tail = max(0, len(text) - _LONGEST_UNFINISHED)
        unfinished = _UNFINISHED.search(text, tail)
        at = len(text) if unfinished is None else unfinished.start()
        self._text = text[at:]
        return _clean(text[:at])


def _joined(match: re.Match[bytes]) -> bytes:
    halves = match[0].decode("utf-8", "surrogatepass")
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le").encode()


def _clean(text: str) -> bytes:
    if "&#" in text:
        text = _REFERENCES.sub(_legal, text)
    return (text if text.isascii() and text.isprintable() else _ILLEGAL.sub(_REPLACEMENT, text)).encode()


def _legal(match: re.Match[str]) -> str:
    codes = [int(one[1]) if one[1] else int(one[2], 16) for one in _REFERENCE.finditer(match[0])]
    if all(_is_legal(code) for code in codes):
        return match[0]
    said: list[str] = []
    at = 0
    while at < len(codes):
        code = codes[at]
        following = codes[at + 1] if at + 1 < len(codes) else 0
        if 0xD800 <= code < 0xDC00 <= following < 0xE000:
            code = 0x10000 + ((code - 0xD800) << 10) + (following - 0xDC00)
            at += 1
        said.append(f"&#{code};" if _is_legal(code) else _REPLACEMENT)
        at += 1
    return "".join(said)


def _is_legal(code: int) -> bool:
    """XML 1.0, production 2."""
    return code in {0x9, 0xA, 0xD} or 0x20 <= code < 0xD800 or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
