"""A detail as it is compared: one form, however it is written."""

import re

from ..folding.table import Fold, fold
from ..model import ContactKind
from .figures import figures_in
from .mails import plain_mail
from .phones import NEIGHBOURS, abroad
from .spelling import spoken_figures

_FOLD = Fold()
_ACCOUNT = re.compile(r"[^0-9a-z@._+\-]")
_SIGN_WORDS = re.compile("(?P<low>下划线)|减号|横杠|短杠|杠|➖")
_TAIWAN_LENGTH = 10
NUMBERS = frozenset({ContactKind.MOBILE, ContactKind.LANDLINE})
ACCOUNTS = frozenset({ContactKind.WECHAT, ContactKind.QQ, ContactKind.EMAIL})
"""By which a person is told apart, as by a number."""


def plain_detail(value: str, kind: ContactKind) -> str | None:
    """`13800138000` of 幺三八零零… or 138-0013-8000, `abc12345` of ＡＢＣ12345, `amy@qq.com` of amy艾特qq点com.

    Numbers of Hong Kong, Macao and Taiwan that tell their region have its calling code (`+85291234567` of 852-9123
    4567). None for kinds that lead to nobody and for what has no figure or letter.
    """
    match kind:
        case ContactKind.MOBILE | ContactKind.LANDLINE:
            digits = _digits(value)
            if fold(value, _FOLD).lstrip().startswith("+"):
                return f"+{digits}" if digits else None
            return _of_a_neighbour(digits, kind) or digits or None
        case ContactKind.QQ:
            return _digits(value) or None
        case ContactKind.EMAIL:
            return plain_mail(fold(value, _FOLD)) or None
        case ContactKind.WECHAT:
            flat = spoken_figures(_SIGN_WORDS.sub(_sign, fold(value, _FOLD)))
            return _ACCOUNT.sub("", flat) or None
        case _:
            return None


def _digits(value: str) -> str:
    return "".join(figure.digits for figure in figures_in(value))


def _of_a_neighbour(digits: str, kind: ContactKind) -> str | None:
    if digits[:3] in NEIGHBOURS and abroad(digits) is kind:
        return f"+{digits}"
    is_taiwanese = digits[:2] == "09" and len(digits) == _TAIWAN_LENGTH and kind is ContactKind.MOBILE
    return f"+886{digits[1:]}" if is_taiwanese else None


def _sign(found: re.Match[str]) -> str:
    return "_" if found["low"] else "-"
