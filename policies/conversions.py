"""Text to text: widths, traditional to simplified, amounts in words to figures."""

from decimal import Decimal

from .folding.table import DigitFold, Fold, fold

_FULL_TO_HALF = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20}
_TRAD = Fold(case=False, width=False, lookalike=False, digits=DigitFold.NONE)
_DIGITS = dict(zip("零〇一壹二贰两三叁四肆五伍六陆七柒八捌九玖", map(int, "001122233445566778899"), strict=True))
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GROUPS = {"万": 10_000, "亿": 100_000_000}
_FRACTIONS = {"角": Decimal("0.1"), "毛": Decimal("0.1"), "分": Decimal("0.01"), "厘": Decimal("0.001")}


def full_to_half(text: str) -> str:
    """Full-width ASCII and the ideographic space as plain ASCII; the same length."""
    return text.translate(_FULL_TO_HALF)


def to_simplified(text: str) -> str:
    """Traditional characters as simplified ones, character by character (OpenCC's first choice); the same length."""
    return fold(text, _TRAD)


def amount_of(text: str) -> Decimal | None:
    """The amount that Chinese words name, `壹佰贰拾叁元肆角` as 123.4; None when it is no such amount."""
    total = Decimal(0)
    section = Decimal(0)
    number: int | None = None
    for char in to_simplified(text.strip()):
        if char in _DIGITS:
            number = (number or 0) * 10 + _DIGITS[char]  # 二零二六 by its digits, 一千零五 by its units
        elif char in _UNITS:
            section += (number or 1) * _UNITS[char]  # 两千零十: the 零 only says that hundreds are none
            number = None
        elif char in _GROUPS:
            section += number or 0
            # 亿 counts everything before it, 万 only its own section: 一万亿 is 10^12.
            total = (total + section) * _GROUPS[char] if char == "亿" else total + section * _GROUPS[char]
            section, number = Decimal(0), None
        elif char in "元圆块":
            total, section, number = total + section + (number or 0), Decimal(0), None
        elif char in _FRACTIONS and number is not None:
            total, section, number = total + section + number * _FRACTIONS[char], Decimal(0), None
        elif char not in "整正":
            return None
    return total + section + (number or 0) if text.strip() else None
