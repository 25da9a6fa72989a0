"""The only door from text to a widget. What comes out cannot steer the terminal, the markup parser or the app.

Characters are cleaned by the rules of `plain_text`; markup is never parsed: the answer is a `Content` with plain text
and styles that only this program chose. Widgets take `SafeContent`; mypy refuses a `str` and any `Content` made
elsewhere.
"""

from collections.abc import Iterable, Sequence
from typing import NewType, Protocol

from rich.cells import cell_len
from textual.content import Content, Span

from .plain_text import ELLIPSIS, LINE_BREAK, PAGE_CHARACTERS, clean, clean_line, clean_with

SafeContent = NewType("SafeContent", Content)

CELL_CHARACTERS = 600
"""A table cell never shows more; what is longer ends in an ellipsis."""


class OffsetSpan(Protocol):
    """Code points of a text, end exclusive."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


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

    def add(start: int, end: int, piece_style: str) -> None:
        parts.append(_styled(clean_with(text[start:end], limit=limit, line_break=line_break), piece_style))

    at = 0
    for start, end in _clamped(spans, len(text)):
        add(at, start, style)
        add(start, end, f"{style} {mark}".strip())
        at = end
    add(at, len(text), style)
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
