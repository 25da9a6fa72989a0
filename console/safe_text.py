"""The only door from text to a widget. What comes out cannot steer the terminal, the markup parser or the app.

Rules, each with its attack:
- controls (C0, C1, ESC and with it CSI, OSC 8, OSC 52) become U+FFFD: CWE-150, a message must not drive the terminal;
- bidi controls, zero-width and all other format characters become U+FFFD: what is read is what was written;
- line and paragraph separators become a line break, and in one-line text every line break a visible `⏎`;
- unassigned, private and lone surrogate code points become U+FFFD: no terminal agrees on their width;
- variation selectors, and joiner and skin tone after an emoji, are dropped: terminals disagree on their cells;
- more than two combining marks in a row are dropped: marks must not spill over other rows;
- markup is never parsed: the answer is a `Content` with plain text and styles that only this program chose.

Widgets take `SafeContent`; mypy refuses a `str` and any `Content` that was made elsewhere.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NewType, Protocol

from rich.cells import cell_len
from textual.content import Content, Span

SafeContent = NewType("SafeContent", Content)

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
LINE_BREAK = "⏎"
ELLIPSIS = "…"
CELL_CHARACTERS = 600
"""A table cell never shows more; what is longer ends in an ellipsis."""
PAGE_CHARACTERS = 20_000
"""The same for a page of text in a dialog."""

_JOINER = "\u200d"
_KEYCAP = "\u20e3"
_SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_BREAKS = frozenset("\n\u2028\u2029\x85")
_REPLACED = frozenset({"Cc", "Cf", "Cs", "Cn", "Co"})
_MARKS = frozenset({"Mn", "Me"})
_MARKS_IN_A_ROW = 2
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
"""Letters and marks that show nothing: they hide words as well as a zero-width space does."""


class OffsetSpan(Protocol):
    """Code points of a text, end exclusive."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def clean(text: str, *, limit: int = PAGE_CHARACTERS) -> str:
    """`text` with nothing in it that acts; line breaks stay. At most `limit` code points, then an ellipsis."""
    return _clean(text, limit=limit, line_break="\n")


def clean_line(text: str, *, limit: int = CELL_CHARACTERS) -> str:
    """The same in one line, breaks shown as `⏎`."""
    return _clean(text, limit=limit, line_break=LINE_BREAK)


def safe_text(text: str, style: str = "", *, limit: int = CELL_CHARACTERS) -> SafeContent:
    """One line for a cell. `style` is ours: a Textual style such as `bold $error`, never data."""
    return _styled(clean_line(text, limit=limit), style)


def safe_page(text: str, style: str = "", *, limit: int = PAGE_CHARACTERS) -> SafeContent:
    """Several lines, for a dialog or a detail panel."""
    return _styled(clean(text, limit=limit), style)


def safe_marked(
    text: str,
    spans: Sequence[OffsetSpan],
    *,
    mark: str = "bold underline",
    style: str = "",
    limit: int = CELL_CHARACTERS,
    line_break: str = LINE_BREAK,
) -> SafeContent:
    """`text` with `spans` marked. Spans are clamped, so wrong offsets mark less and never fail."""
    cut = len(text) > limit
    text = text[:limit]
    parts: list[SafeContent] = []
    at = 0
    for start, end in _clamped(spans, len(text)):
        parts.append(_styled(_clean(text[at:start], limit=limit, line_break=line_break), style))
        parts.append(_styled(_clean(text[start:end], limit=limit, line_break=line_break), f"{style} {mark}".strip()))
        at = end
    parts.append(_styled(_clean(text[at:], limit=limit, line_break=line_break), style))
    if cut:
        parts.append(_styled(ELLIPSIS, style))
    return joined(parts)


def joined(parts: Iterable[SafeContent]) -> SafeContent:
    """The parts one after the other."""
    text: list[str] = []
    spans: list[Span] = []
    at = 0
    for part in parts:
        plain = part.plain
        spans.extend(Span(span.start + at, span.end + at, span.style) for span in part.spans)
        text.append(plain)
        at += len(plain)
    return SafeContent(Content("".join(text), spans))


def lines(parts: Iterable[SafeContent]) -> SafeContent:
    """The parts below each other."""
    stacked: list[SafeContent] = []
    for part in parts:
        if stacked:
            stacked.append(SafeContent(Content("\n")))
        stacked.append(part)
    return joined(stacked)


def fitted(content: SafeContent, width: int) -> SafeContent:
    """Exactly `width` cells: cut with an ellipsis, or padded. A wide character is never halved."""
    shown = cut(content, width)
    return SafeContent(shown.pad_right(max(width - shown.cell_length, 0)))


def cut(content: SafeContent, width: int) -> SafeContent:
    """At most `width` cells, cut with an ellipsis."""
    if content.cell_length <= width:
        return content
    room = max(width, 0) - 1
    at = 0
    for at, character in enumerate(content.plain):  # noqa: B007 - where it stopped is the result
        room -= cell_len(character)
        if room < 0:
            break
    return joined((SafeContent(content[:at]), _styled(ELLIPSIS if width > 0 else "", "")))


def _styled(plain: str, style: str) -> SafeContent:
    return SafeContent(Content(plain, [Span(0, len(plain), style)] if style and plain else None))


def _clamped(spans: Sequence[OffsetSpan], length: int) -> list[tuple[int, int]]:
    """In order, inside the text, without overlap."""
    clamped: list[tuple[int, int]] = []
    at = 0
    for start, end in sorted((span.start, span.end) for span in spans):
        start, end = max(start, at), min(end, length)
        if start < end:
            clamped.append((start, end))
            at = end
    return clamped


def _clean(text: str, *, limit: int, line_break: str) -> str:
    if len(text) > limit:
        text = text[:limit] + ELLIPSIS
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    previous = ""
    for character in text.replace("\r\n", "\n"):
        category = unicodedata.category(character)
        if category in _MARKS and character not in _BLANKS:
            marks += 1
            if _is_selector(character) or marks > _MARKS_IN_A_ROW or character == _KEYCAP or not previous:
                continue
            shown.append(character)
        else:
            marks = 0
            if character in _BREAKS:
                shown.append(line_break)
            elif character == "\t":
                shown.append(" ")
            elif (character == _JOINER or character in _SKIN_TONES) and _is_pictograph(previous):
                continue
            elif category in _REPLACED or character in _BLANKS or category in {"Zl", "Zp"}:
                shown.append(REPLACEMENT)
            elif category == "Zs":
                shown.append("  " if character == "\u3000" else " ")
            else:
                shown.append(character)
        previous = character
    return "".join(shown)


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _is_pictograph(character: str) -> bool:
    return bool(character) and (unicodedata.category(character) in {"So", "Sk"})
