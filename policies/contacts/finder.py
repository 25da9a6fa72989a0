"""All contact details of a text."""

import re

from ..folding.table import Fold, fold
from ..matching.detectors import email_spans
from ..model import ContactKind, ContactSpan
from .handles import wechat_accounts
from .numbers import classify
from .runs import digit_runs

_FOLD = Fold()
_SPOKEN = dict(
    zip(map(ord, "零〇洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖勾"), "0001112223344556677788999", strict=True)
)
_SPOKEN_RUN = re.compile(r"(?:[零〇洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖勾0-9][^\w\n。]{0,4}){7,}")
_HAN_DIGIT = re.compile(r"[零〇洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖勾]")
_SPOKEN_KINDS = frozenset((ContactKind.MOBILE, ContactKind.LANDLINE, ContactKind.QQ))
_TRIGGER = re.compile(r"[0-9@a-z]|[零〇洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖勾]{3}")
_LETTERS = re.compile(r"[a-z][a-z0-9_-]{5}")


def find_contacts(text: str) -> tuple[ContactSpan, ...]:
    """Contact details in `text`, by start, never overlapping; offsets are code points of `text`, end exclusive.

    Mainland mobile and landline numbers, ID and bank cards in any script's digits, with separators or spoken
    (幺三八零零…), WeChat and QQ accounts beside their cues, e-mail addresses. Numbers of orders, parcels,
    certificates and prices are left out. Linear in the text.
    """
    flat = fold(text, _FOLD)
    if not _TRIGGER.search(flat):
        return ()
    found: list[ContactSpan] = []
    if "@" in flat:
        found.extend(ContactSpan(start=a, end=b, kind=ContactKind.EMAIL) for a, b in email_spans(flat))
    for run in digit_runs(flat):
        found.extend(classify(flat, run))
    if _LETTERS.search(flat):
        found.extend(wechat_accounts(flat))
    if any(_HAN_DIGIT.search(run.group()) for run in _SPOKEN_RUN.finditer(flat)):
        found.extend(_spoken(flat))
    return _without_overlaps(found)


def spoken_figures(flat: str) -> str:
    """Folded text with Chinese digits as ASCII ones; the same length."""
    return flat.translate(_SPOKEN)


def _spoken(flat: str) -> list[ContactSpan]:
    """Numbers with Chinese digits in them."""
    spoken = spoken_figures(flat)
    spans = (span for run in digit_runs(spoken) for span in classify(spoken, run))
    return [s for s in spans if s.kind in _SPOKEN_KINDS and _HAN_DIGIT.search(flat, s.start, s.end)]


def _without_overlaps(found: list[ContactSpan]) -> tuple[ContactSpan, ...]:
    kept: list[ContactSpan] = []
    for span in sorted(found, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return tuple(kept)
