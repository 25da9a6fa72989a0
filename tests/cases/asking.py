"""How a case about a contact detail, a mask, a script or a numeral is put to this program.

A validator's text is put into a message behind the word that names such a number (身份证, 护照, …): this program finds
details in messages. A negative stands alone, as such a word makes a number of almost anything (电话：112-3333), unless
its kind has a check digit: that decides even behind the word.
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from policies.contacts import find_contacts
from policies.contacts.finder import spoken_figures
from policies.conversions import amount_of, to_simplified
from policies.mask_formats import (
    card_in_groups,
    hide_value,
    mask_address,
    mask_email,
    mask_ipv4,
    mask_name,
    mask_paper,
    mask_plate,
    mask_value,
    tail_value,
)
from policies.masking import mask_number, mask_text
from policies.matching.detectors import Shape, shape_spans
from policies.matching.profile import MatchProfile
from policies.model import ContactKind

from .files import Case, expected_surfaces

PHONES = frozenset((ContactKind.MOBILE, ContactKind.LANDLINE))
KINDS: dict[str, tuple[str, frozenset[ContactKind]]] = {
    "id_card": ("身份证", frozenset((ContactKind.ID_CARD,))),
    "bank_card": ("卡号", frozenset((ContactKind.BANK_CARD,))),
    "phone": ("电话", PHONES),
    "mobile": ("手机", PHONES),
    "landline": ("电话", PHONES),
    "email": ("邮箱", frozenset((ContactKind.EMAIL,))),
    "passport": ("护照", frozenset((ContactKind.PASSPORT,))),
    "hk_id": ("香港身份证", frozenset((ContactKind.HK_ID,))),
    "mo_id": ("澳门身份证", frozenset((ContactKind.MO_ID,))),
    "tw_id": ("台湾身份证", frozenset((ContactKind.TW_ID,))),
    "uscc": ("统一社会信用代码", frozenset((ContactKind.USCC,))),
    "plate": ("车牌", frozenset((ContactKind.PLATE,))),
    "qq": ("QQ号", frozenset((ContactKind.QQ,))),
    "wechat_id": ("微信号", frozenset((ContactKind.WECHAT,))),
    "chinese_name": ("姓名", frozenset((ContactKind.NAME,))),
}
"""The last part of a feature's name to the cue a message has, and the kinds that are an answer."""
CHECKED = frozenset((ContactKind.ID_CARD, ContactKind.BANK_CARD, ContactKind.USCC))
"""Kinds with a check digit that decides, whatever word stands in front."""
_ALIKE = {
    "phone_cn": "phone",
    "mobile_cn_prefix": "mobile",
    "landline_cn_area_code": "landline",
    "phone_cn_misc": "phone",
    "mobile_cn": "mobile",
    "landline_cn": "landline",
    "uscc_loose": "uscc",
    "plate_nev": "plate",
    "plate_any": "plate",
    "bank_card_shape": "bank_card",
    "id_card_18_shape": "id_card",
    "id_card_shape": "id_card",
}
UNASKED = {
    "format:postcode": "A post code is no contact detail of its own.",
    "format:mac_address": "A network card's address is no contact detail.",
    "itn": "Numerals in texts are not rewritten; amounts are read (`amount_of`), and digits that may be to call.",
}
"""Features this program does not have, by the longest beginning that fits."""


def ask(case: Case) -> bool | None:
    """Whether this program answers as the case expects; None when it has nothing of the kind (`why_unasked`)."""
    part, _, name = case.feature.partition(":")
    if part == "mask":
        return _mask(case, name)
    if part == "trad_simp":
        return to_simplified(case.text) == to_simplified(str(case.expected)) if _is_by_character(case) else None
    if part in ("itn", "itn_nemo") or part.startswith("spoken"):
        return _numeral(case)
    if part == "phone_cn_in_text_oracle" or name.startswith("PhoneNumber"):
        return _phones_found(case.text) == [_figures(surface) for surface in expected_surfaces(case)]
    if name.startswith("URL") or name == "url":
        return _site(case)
    if name.startswith(("IpAddress", "ipv4")):
        return _address_of_a_machine(case)
    name = (name or part).partition(":")[0] if part in ("format", "validate", "pii") else part
    known = KINDS.get(_ALIKE.get(name, name))
    if known is None:
        return None
    if part == "pii":
        return sum(span.kind in known[1] for span in find_contacts(case.text)) == case.expected
    cue = known[0] if case.expected or known[1] & CHECKED else ""
    return _is_valid(case.text, cue, known[1]) == case.expected


def why_unasked(case: Case) -> str:
    """Why `ask` says None."""
    if case.feature.startswith("trad_simp"):
        return "Words of other regions (網際網路, 互联网) are other words; folding is by character, so offsets hold."
    return next(why for feature, why in UNASKED.items() if case.feature.startswith(feature))


def _is_valid(text: str, cue: str, kinds: frozenset[ContactKind]) -> bool:
    """Whether the whole of `text` is found; signs at its ends do not count."""
    message = f"{cue}：{text}" if cue else text
    wanted = _signs(text)
    return bool(wanted) and any(
        span.kind in kinds and _signs(message[span.start : span.end]) == wanted for span in find_contacts(message)
    )


def _signs(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _figures(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _phones_found(text: str) -> list[str]:
    return [_figures(text[span.start : span.end]) for span in find_contacts(text) if span.kind in PHONES]


def _site(case: Case) -> bool:
    shapes = [found for shape in (Shape.URL, Shape.SITE) for found in shape_spans(case.text, shape, MatchProfile())]
    spans = sorted((start, end) for start, end, _ in shapes)
    outer = [(a, b) for a, b in spans if not any(c <= a and b <= d and (c, d) != (a, b) for c, d in spans)]
    found = [case.text[a:b] for a, b in dict.fromkeys(outer)]
    if isinstance(case.expected, bool):
        return (found == [case.text]) == case.expected
    return found == expected_surfaces(case)


def _address_of_a_machine(case: Case) -> bool:
    found = [case.text[start:end] for start, end, _ in shape_spans(case.text, Shape.IPV4, MatchProfile())]
    if isinstance(case.expected, bool):
        return (found == [case.text]) == case.expected
    return found == expected_surfaces(case)


def _is_by_character(case: Case) -> bool:
    return len(case.text) == len(str(case.expected)) and case.feature != "trad_simp:tw2sp"


def _numeral(case: Case) -> bool | None:
    if case.feature in ("spoken_phone_or_id", "spoken_plate"):
        return _figures(str(case.expected)) in _figures(spoken_figures(case.text))
    if case.feature == "itn_nemo:word":
        return find_contacts(case.text) == ()
    try:
        wanted = Decimal(str(case.expected).replace(",", "").removeprefix("¥"))
    except InvalidOperation:
        return None
    found = amount_of(case.text)
    return found == wanted if found is not None else None


_MASKS: dict[str, tuple[Callable[[str], str], ...]] = {
    "name": (mask_name,),
    "landline": (mask_number,),
    "address(8)": (lambda value: mask_address(value, 8),),
    "address(50)": (lambda value: mask_address(value, 50),),
    "email": (mask_email, lambda value: mask_text(value).masked),
    "bank_card": (card_in_groups,),
    "ipv4": (mask_ipv4,),
    "plate": (mask_plate,),
    "plate(not a plate: unchanged)": (mask_plate,),
    "passport": (mask_paper, hide_value),
    "mobile_variants": (lambda value: tail_value(value, ContactKind.MOBILE),),
    "id_card": (lambda value: mask_value(value, ContactKind.ID_CARD),),
    "hk_mo_pass": (mask_paper,),
}


def _mask(case: Case, name: str) -> bool:
    return any(way(case.text) == case.expected for way in _MASKS[name])
