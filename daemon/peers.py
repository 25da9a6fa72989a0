"""Numbers in one form, so that the same customer equals across SMS, calls and contacts."""

import re

_FOLD = str.maketrans("０１２３４５６７８９＋＊＃，；", "0123456789+*#,;")
_NOISE = re.compile(r"[\s\-‐-―－.·()（）/\u200b-\u200f\u202a-\u202e\u2066-\u2069\u061c\ufeff]+")
_DIALLED = re.compile(r"\+?[0-9*#]+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_CARRIER_PREFIX = re.compile(r"(?:17951|17911|17901|12593|10193|11808)(?=1[3-9]\d{9}$)")
_TOLL_FREE = re.compile(r"[48]00\d{7}")
_TRUNK = re.compile(r"0[1-9]\d{8,10}")
_HIDDEN = frozenset({"-1", "-2", "-3"})
"""What old call logs hold for unknown, private and payphone (AOSP CallerInfo)."""
_MAX_LENGTH = 128


def canonical_peer(number: str, default_region: str = "CN") -> str | None:
    """The form in which numbers are compared: `+8613800000017` for a Chinese number however it was written.

    Short codes (10086, 95588), SMS ports (1069…), USSD codes and senders with letters stay as they are but for spaces
    around them. None when nothing identifies a peer: empty, or the call log's marks for a hidden number. At most 128
    characters. Other regions than CN: only `00` and separators are resolved.
    """
    folded = number.translate(_FOLD)
    if folded.strip() in _HIDDEN:
        return None
    compact = _NOISE.sub("", folded)
    if not compact.strip("+"):
        return None
    dialled = re.split(r"[,;]", compact, maxsplit=1)[0]  # what follows is sent after the call was answered
    if not _DIALLED.fullmatch(dialled):
        return number.strip()[:_MAX_LENGTH].strip() or None
    if "*" in dialled or "#" in dialled:
        return dialled[:_MAX_LENGTH]
    digits = dialled.lstrip("+")
    if dialled.startswith("+"):
        return _international(digits)[:_MAX_LENGTH]
    if digits.startswith("00") and len(digits) >= 8:
        return _international(digits[2:])[:_MAX_LENGTH]
    if default_region == "CN":
        return _chinese(digits)[:_MAX_LENGTH]
    return digits[:_MAX_LENGTH]


def _international(digits: str) -> str:
    if not digits.startswith("86"):
        return "+" + digits
    national = digits[2:].removeprefix("0")
    if len(national) <= 6 or (national.startswith("106") and len(national) != 10):
        return national or "+86"  # short codes and SMS ports are sometimes shown behind the country code
    return "+86" + national


def _chinese(digits: str) -> str:
    if digits.startswith("86") and _MOBILE.fullmatch(digits, 2):
        return "+" + digits
    dialled = _CARRIER_PREFIX.sub("", digits)
    if _MOBILE.fullmatch(dialled) or _TOLL_FREE.fullmatch(dialled):
        return "+86" + dialled
    if _TRUNK.fullmatch(dialled):
        return "+86" + dialled[1:]
    return dialled
