"""Structure that decides: mobile prefixes, area codes, the ID card's date and check digit, Luhn and card prefixes."""

import re
from datetime import date

from .wording import words

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
PROVINCES = frozenset(
    words("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83")
)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
MOBILE_PREFIXES = frozenset(
    words(
        "30 31 32 33 34 35 36 37 38 39 45 47 49 50 51 52 53 55 56 57 58 59 62 65 66 67 70 71 "
        "72 73 74 75 76 77 78 80 81 82 83 84 85 86 87 88 89 90 91 92 93 95 96 97 98 99"
    )
)
"""Second and third digit of the mobile ranges in use (people, data cards, virtual operators)."""
_PUBLIC_LINE = re.compile(r"[48]00[0-9]{7}")
_LANDLINE = re.compile(r"0(?:10|2[0-57-9])[1-9][0-9]{7}|0(?:[3-68][1-9]|[79][0-9])[0-9][1-9][0-9]{6,7}|0[48]00[0-9]{7}")
_CARD_PREFIX = re.compile(r"62|60[0-9]|4[0-9]|5[1-5]|2(?:2[2-9]|[3-6]|7[01])|35|3[47]|9[0-9]{5}")
_CARD_LENGTHS = {"6": (19, 18, 17, 16), "4": (16,), "5": (16,), "2": (16,), "3": (16, 15), "9": (19, 18, 17, 16)}


def is_mobile(digits: str) -> bool:
    """Eleven digits, 13x to 19x: the shape of a mainland mobile number."""
    return _MOBILE.fullmatch(digits) is not None


def is_landline(digits: str) -> bool:
    """Trunk 0, area code and 7 or 8 local digits."""
    return _LANDLINE.fullmatch(digits) is not None


def is_public_line(digits: str) -> bool:
    """A firm's 400 or 800 number."""
    return _PUBLIC_LINE.fullmatch(digits) is not None


def is_id_card(text: str) -> bool:
    """18 characters (GB 11643: region, birth date, serial, check digit) or the 15 digits used until 2013."""
    if text[:2] not in PROVINCES:
        return False
    if len(text) == 15:
        return text.isdigit() and _is_date(f"19{text[6:12]}")
    if len(text) != 18 or not text[:17].isdigit() or not _is_date(text[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11] == text[17].upper()


def _is_date(text: str) -> bool:
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return day.year >= 1900


def is_luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812 holds, and it is not one digit repeated."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and len(set(digits)) > 1


def card_lengths(first: str) -> tuple[int, ...]:
    """Lengths of bank cards whose number begins with the digit `first`, longest first."""
    return _CARD_LENGTHS.get(first, ())


def is_bank_card(digits: str) -> bool:
    """Luhn holds, and prefix and length are those of a card issued in China or of the international schemes."""
    return len(digits) in card_lengths(digits[:1]) and _CARD_PREFIX.match(digits) is not None and is_luhn(digits)
