"""Names for people who are not to be named: the same person has the same one, and it tells nothing of them."""

import re
import unicodedata
from enum import StrEnum

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that it can be read out and typed."""
LENGTH = 6
"""Signs: 30 bits. Among 1,000 people two share one with odds of 1 : 2,000; four signs would do so 4 times in 10."""
MIN_TOKEN_BYTES = 8
_AS_TYPED = str.maketrans("ILO", "110")
_TYPED = re.compile(rf"(?:[^\W\d_]+[·・•.\- ]{{0,3}})?([{_SIGNS}ILO]{{{LENGTH}}})")
"""A first word of any language or none, a dot or what is typed for it, the signs."""


class PseudonymKind(StrEnum):
    """Who or what is meant; it gives the pseudonym its first word."""

    CUSTOMER = "customer"
    STAFF = "staff"
    PERSON = "person"
    """Side unknown."""
    NUMBER = "number"
    ACCOUNT = "account"
    ADDRESS = "address"


class PseudonymLanguage(StrEnum):
    """Language of the first word."""

    ZH = "zh"
    EN = "en"


_ZH, _EN = PseudonymLanguage.ZH, PseudonymLanguage.EN
_WORDS = {
    PseudonymKind.CUSTOMER: {_ZH: "客户", _EN: "Customer"},
    PseudonymKind.STAFF: {_ZH: "员工", _EN: "Staff"},
    PseudonymKind.PERSON: {_ZH: "联系人", _EN: "Person"},
    PseudonymKind.NUMBER: {_ZH: "号码", _EN: "Number"},
    PseudonymKind.ACCOUNT: {_ZH: "账号", _EN: "Account"},
    PseudonymKind.ADDRESS: {_ZH: "地址", _EN: "Address"},
}


def pseudonym(
    token: bytes,
    kind: PseudonymKind = PseudonymKind.CUSTOMER,
    language: PseudonymLanguage = PseudonymLanguage.ZH,
) -> str:
    """`客户·7Q2FMK`, in English `Customer·7Q2FMK`: always the same for the same token and kind.

    `token` is a keyed digest (HMAC) of the person's number or account, at least 8 bytes, equally distributed: without
    the key nobody can tell the person from the pseudonym, or try numbers out. A shorter token raises ValueError.
    """
    return f"{_WORDS[kind][language]}·{signs_of(token)}"


def signs_of(token: bytes) -> str:
    """The six signs of a pseudonym, which are the same in every language. ValueError as `pseudonym`."""
    if len(token) < MIN_TOKEN_BYTES:
        raise ValueError(f"a token has at least {MIN_TOKEN_BYTES} bytes")
    bits = int.from_bytes(token[:MIN_TOKEN_BYTES], "big") >> (8 * MIN_TOKEN_BYTES - 5 * LENGTH)
    return "".join(_SIGNS[bits >> 5 * place & 31] for place in reversed(range(LENGTH)))


def read_signs(text: str) -> str | None:
    """The signs of a pseudonym as somebody typed it: `客户·7Q2FMK`, `customer 7q2fmk`, `7Q2FMK`; None when it is none.

    I and L are read as 1, O as 0, as Crockford has it.
    """
    typed = _TYPED.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
    return None if typed is None else typed[1].translate(_AS_TYPED)
