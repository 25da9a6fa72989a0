"""Amounts in yuan as people and banks write them."""

import re

AMOUNT = (
    r"(?:[￥¥]|人民币|RMB|CNY)?\s?(?P<sign>[-−+])?\s?(?:[￥¥]|人民币|RMB|CNY)?\s?"
    r"(?P<amount>[0-9]{1,3}(?:[,，][0-9]{3}){1,4}(?:\.[0-9]{1,2})?|[0-9]{1,12}(?:\.[0-9]{1,2})?)(?![0-9])(?!\.[0-9])"
)
"""One amount: `1,234.50`, `￥12`, `人民币-300.00`. At most twelve digits before the point."""

_FOLDED = str.maketrans("０１２３４５６７８９．－﹣–＋￥（）：［］", "0123456789.---+¥():[]")


def fold(text: str) -> str:
    """Full-width digits, signs and brackets as ASCII, so many code points as before."""
    return text.translate(_FOLDED)


def fen_of(amount: str) -> int | None:
    """`1,234.5` → 123450; None for what is no amount of yuan with at most two decimals."""
    match = re.fullmatch(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?", re.sub(r"[,，]", "", fold(amount)))
    if match is None:
        return None
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
