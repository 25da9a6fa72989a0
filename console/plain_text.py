"""Text from anywhere made fit for a terminal: what comes out cannot steer it, and looks like what was written.

The daemon cleans what it sends; this repeats it, because a terminal obeys whoever writes to it. Rules, each with its
attack:
- controls (C0, C1, ESC and with it CSI, OSC 8, OSC 52) become U+FFFD: CWE-150, a message must not drive the terminal;
- bidi controls, zero-width and all other format characters become U+FFFD: what is read is what was written;
- line and paragraph separators become a line break, and in one-line text every line break a visible `⏎`;
- unassigned, private and lone surrogate code points become U+FFFD: no terminal agrees on their width;
- variation selectors, and joiner and skin tone after an emoji, are dropped: terminals disagree on their cells;
- more than two combining marks in a row are dropped: marks must not spill over other rows.

Needs no Textual: the command line starts without it.
"""

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
LINE_BREAK = "⏎"
ELLIPSIS = "…"
LINE_CHARACTERS = 4_000
"""Of one line; what is longer ends in an ellipsis."""
PAGE_CHARACTERS = 20_000
"""The same for text of several lines."""
WORD_CHARACTERS = 40
"""Of a word's pattern."""

_JOINER = "\u200d"
_KEYCAP = "\u20e3"
_SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_BREAKS = frozenset("\n\v\f\u2028\u2029\x85")
_REPLACED = frozenset({"Cc", "Cf", "Cs", "Cn", "Co"})
_MARKS = frozenset({"Mn", "Me"})
_MARKS_IN_A_ROW = 2
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
"""Letters and marks that show nothing: they hide words as well as a zero-width space does."""
_NOT_PLAIN = re.compile(r"[^\x20-\x7e]")


def clean(text: str, *, limit: int = PAGE_CHARACTERS) -> str:
    """`text` with nothing in it that acts; line breaks stay. At most `limit` code points, then an ellipsis."""
    return clean_with(text, limit=limit, line_break="\n")


def clean_line(text: str, *, limit: int = LINE_CHARACTERS) -> str:
    """The same in one line, breaks shown as `⏎`."""
    return clean_with(text, limit=limit, line_break=LINE_BREAK)


def clean_with(text: str, *, limit: int, line_break: str) -> str:
    """As `clean`, every line break shown as `line_break`."""
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
            elif category in _REPLACED or character in _BLANKS:
                shown.append(REPLACEMENT)
            elif category == "Zs":
                shown.append("  " if character == "\u3000" else " ")
            else:
                shown.append(character)
        previous = character
    return "".join(shown)


def harmless_json(text: str) -> str:
    """The same JSON with every character that could act written as `\\uXXXX`; nothing is lost."""
    return text if text.isprintable() else _NOT_PLAIN.sub(_escaped, text)


def short_word(pattern: str) -> str:
    """A word's pattern as it fits into a line told to people; they may have hundreds of characters."""
    return pattern if len(pattern) <= WORD_CHARACTERS else f"{pattern[:WORD_CHARACTERS]}{ELLIPSIS}"


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    if character.isprintable():
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _is_pictograph(character: str) -> bool:
    return bool(character) and (unicodedata.category(character) in {"So", "Sk"})
