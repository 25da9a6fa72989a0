"""Text from a phone made fit to be shown: nothing in it can drive a terminal or hide itself."""

import unicodedata

REPLACEMENT = "\ufffd"
MAX_CHARS = 20_000
_BAD_CATEGORIES = frozenset(("Cc", "Cs", "Cn", "Co", "Zl", "Zp"))
_ALLOWED = frozenset("\n\t")
_BAD_FORMATS = frozenset(
    "\u061c\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
    "\u2066\u2067\u2068\u2069\ufeff\ufff9\ufffa\ufffb"
)


def safe_display(text: str, max_chars: int = MAX_CHARS) -> str:
    """`text` with U+FFFD for controls, surrogates, private and unassigned characters, line separators, bidi and
    zero-width controls and tag characters; at most `max_chars` code points, the last one `…` when cut.

    Newline and tab stay, ZWJ and ZWNJ too (emoji families need them). Idempotent; offsets stay valid.
    """
    if len(text) > max_chars:
        text = text[: max_chars - 1] + "…"
    if text.isprintable():
        return text
    return "".join(REPLACEMENT if _is_bad(char) else char for char in text)


def _is_bad(char: str) -> bool:
    if char.isprintable() or char in _ALLOWED:
        return False
    return char in _BAD_FORMATS or unicodedata.category(char) in _BAD_CATEGORIES or "\U000e0000" <= char <= "\U000e007f"
