"""Every sign of ours that is not a letter, by name, with its twin for terminals that draw ASCII only.

`--ascii` is kept at one place: `AsciiFilter` stands where lines leave for the terminal, so that borders, bars and the
signs of Textual's own widgets have their twin too. Letters of any script stay: they are what is said.
"""

from enum import StrEnum
from functools import lru_cache
from typing import Final, assert_never

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from .settings import Symbols


class GlyphName(StrEnum):
    """A sign by its shape; the value is the sign."""

    TRIANGLE_UP = "▲"
    TRIANGLE_DOWN = "▼"
    TRIANGLE_RIGHT = "▶"
    DIAMOND = "◆"
    SQUARE = "■"
    DISC = "●"
    HALF_DISC = "◐"
    RING = "○"
    DOTTED_RING = "◌"
    CROSS = "×"
    CHECK = "✓"
    ARROW_LEFT = "←"
    ARROW_RIGHT = "→"
    DOT = "·"
    DASH = "–"
    LONG_DASH = "—"
    ELLIPSIS = "…"
    LINE_BREAK = "⏎"
    BAR = "│"
    LINE = "─"


_TWINS: Final[dict[GlyphName, str]] = {
    GlyphName.TRIANGLE_UP: "^",
    GlyphName.TRIANGLE_DOWN: "v",
    GlyphName.TRIANGLE_RIGHT: ">",
    GlyphName.DIAMOND: "#",
    GlyphName.SQUARE: "=",
    GlyphName.DISC: "*",
    GlyphName.HALF_DISC: "%",
    GlyphName.RING: "o",
    GlyphName.DOTTED_RING: ":",
    GlyphName.CROSS: "x",
    GlyphName.CHECK: "+",
    GlyphName.ARROW_LEFT: "<",
    GlyphName.ARROW_RIGHT: ">",
    GlyphName.DOT: "-",
    GlyphName.DASH: "-",
    GlyphName.LONG_DASH: "-",
    GlyphName.ELLIPSIS: "~",
    GlyphName.LINE_BREAK: "/",
    GlyphName.BAR: "|",
    GlyphName.LINE: "-",
}
_OTHERS: Final = {
    "“": '"', "”": '"', "‘": "'", "’": "'", "°": "o", "¥": "Y", "⌕": "?", "⭘": "o", "🔎": "/", "−": "-", "±": "~",
    "↑": "^", "↓": "v", "↵": "/", "⇧": "^", "⌃": "^", "�": "?", "\u00a0": " ", "⋯": "~",
}  # fmt: skip
_STRAIGHT: Final = frozenset("─━┄┅┈┉╌╍═╴╶╸╺╼╾")
_UPRIGHT: Final = frozenset("│┃┆┇┊┋╎╏║╵╷╹╻╽╿▏▎▍▌▐▕")
_LIGHT: Final = frozenset("░▁▂▔▖▗▘▝")
_BLOCKS: Final = range(0x2500, 0x25A0)
_BRAILLE: Final = range(0x2800, 0x2900)


def glyph(name: GlyphName, symbols: Symbols) -> str:
    """The sign, one cell wide."""
    match symbols:
        case Symbols.UNICODE:
            return name.value
        case Symbols.ASCII:
            return _TWINS[name]
        case _:
            assert_never(symbols)


class AsciiFilter(LineFilter):
    """Gives signs their twin, cell for cell: nothing moves."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.text.isascii() else Segment(_plain(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(4096)
def _plain(text: str) -> str:
    return "".join(map(_twin, text))


def _twin(character: str) -> str:
    if character.isascii():
        return character
    if character in _ALL:
        return _ALL[character] * cell_len(character)
    point = ord(character)
    if point in _BLOCKS:
        if character in _STRAIGHT:
            return "-"
        if character in _UPRIGHT:
            return "|"
        return "." if character in _LIGHT else "+" if point < 0x2580 else "#"
    return "*" if point in _BRAILLE else character


_ALL: Final = {name.value: twin for name, twin in _TWINS.items()} | _OTHERS
