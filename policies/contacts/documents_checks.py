"""Check digits of papers other than the ID card: credit codes of firms, identity cards of Hong Kong, Macao, Taiwan."""

import re

_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_SHAPE = re.compile(r"[1-9ANY][1-9AB][0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}")
_HK_SHAPE = re.compile(r"([A-Z]{1,2})([0-9]{6})([0-9A])")
_TW_SHAPE = re.compile(r"[A-Z][1289][0-9]{8}")
_TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_MO_SHAPE = re.compile(r"[1578][0-9]{7}")
_PASSPORT_CN = re.compile(r"E[0-9A-HJ-NP-Z][0-9]{7}|[DSPG][0-9]{8}|[DSP]E[0-9]{7}|1[45][0-9]{7}|[HMK][0-9]{8}")
_PERMIT = re.compile(r"[CWLTHM][0-9A-Z][0-9]{7}(?:[0-9]{2})?")


def is_uscc(code: str) -> bool:
    """18 capitals and digits: GB 32100 (authority, kind, region, organisation), the check character of mod 31 holds."""
    if not _USCC_SHAPE.fullmatch(code):
        return False
    total = sum(_USCC_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
    return _USCC_SIGNS[-total % 31] == code[17]


def is_hk_id(code: str) -> bool:
    """Letters, six digits and check sign without brackets, `A1234563`: mod 11 over the letters' and digits' places."""
    found = _HK_SHAPE.fullmatch(code)
    if not found:
        return False
    letters = [36, *(ord(letter) - 55 for letter in found[1])][-2:]
    values = [*letters, *map(int, found[2]), 10 if found[3] == "A" else int(found[3])]
    return sum(value * (9 - place) for place, value in enumerate(values)) % 11 == 0


def is_tw_id(code: str) -> bool:
    """A letter and nine digits, `A123456789`: mod 10; 1 and 2 are nationals, 8 and 9 residents."""
    if not _TW_SHAPE.fullmatch(code):
        return False
    letter = _TW_LETTERS.index(code[0]) + 10
    weighted = zip(map(int, code[1:]), (8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)
    return (letter // 10 + letter % 10 * 9 + sum(digit * weight for digit, weight in weighted)) % 10 == 0


def is_mo_id(code: str) -> bool:
    """Eight digits without brackets, the first 1, 5, 7 or 8. The check digit's rule is not published: shape only."""
    return _MO_SHAPE.fullmatch(code) is not None


def is_passport(code: str) -> bool:
    """The shapes of mainland, Hong Kong and Macao passports and of travel permits. There is no check digit."""
    return _PASSPORT_CN.fullmatch(code) is not None or _PERMIT.fullmatch(code) is not None
