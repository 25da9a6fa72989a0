"""The last door before the terminal: no text from a phone, an employee's name or an error drives it.

The daemon cleans what it sends; this repeats it, because a terminal obeys whoever writes to it (CWE-150).
"""

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
LINE_BREAK = "⏎"
LIMIT = 4_000
"""Characters of one cell or line."""

_BREAKS = frozenset("\n\v\f\u2028\u2029\x85")
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")
_ACTIVE = frozenset({"Cc", "Cf", "Cs", "Cn", "Co"})
_NOT_PLAIN = re.compile(r"[^\x20-\x7e]")


def one_line(text: str, limit: int = LIMIT) -> str:
    """`text` in one line with nothing in it that acts: controls, bidi and zero-width characters are replaced."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for character in text.replace("\r\n", "\n"):
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if character in _BREAKS:
            shown.append(LINE_BREAK)
        elif character in "\t\u3000" or category == "Zs":
            shown.append(" " if character != "\u3000" else "  ")
        elif category in _ACTIVE or character in _BLANKS or category in {"Zl", "Zp"}:
            shown.append(REPLACEMENT)
        elif marks <= 2 and not "\ufe00" <= character <= "\ufe0f":
            shown.append(character)
    return "".join(shown)


def harmless_json(text: str) -> str:
    """The same JSON with every character that could act written as `\\uXXXX`; nothing is lost."""
    return text if text.isprintable() else _NOT_PLAIN.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    if character.isprintable():
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
