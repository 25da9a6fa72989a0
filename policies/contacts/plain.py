"""A detail as it is compared: one form, however it is written."""

import re

from ..folding.table import Fold, fold
from ..model import ContactKind
from .spelling import spelled

_FOLD = Fold()
_ACCOUNT = re.compile(r"[^0-9a-z@._+\-]")
NUMBERS = frozenset({ContactKind.MOBILE, ContactKind.LANDLINE})
ACCOUNTS = frozenset({ContactKind.WECHAT, ContactKind.QQ, ContactKind.EMAIL})
"""By which a person is told apart, as by a number."""


def plain_detail(value: str, kind: ContactKind) -> str | None:
    """`13800138000` of 幺三八零零… or 138-0013-8000, `abc12345` of ＡＢＣ12345; None for kinds that lead to nobody and
    for what has no figure or letter."""
    flat = fold(value, _FOLD)
    if kind in NUMBERS:
        digits = "".join(char for char in spelled(value, flat).digits if char in "0123456789")
        return ("+" if flat.lstrip().startswith("+") else "") + digits if digits else None
    return (_ACCOUNT.sub("", flat) or None) if kind in ACCOUNTS else None
