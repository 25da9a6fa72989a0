"""All contact details of a text."""

from ..folding.table import Fold, fold
from ..model import ContactKind, ContactSpan
from .handles import wechat_accounts
from .links import links_in
from .mails import mails_in
from .numbers import numbers_in
from .papers import papers_in, plates_in
from .parts import Budget, Found
from .people import addresses_and_names
from .runs import RUN
from .spelling import spelled, spoken_figures

__all__ = ["details_in", "find_contacts", "spoken_figures"]

_FOLD = Fold()


def find_contacts(text: str) -> tuple[ContactSpan, ...]:
    """Contact details in `text`, by start, never overlapping; offsets are code points of `text`, end exclusive.

    Telephone numbers of the mainland and, with their calling code, of other regions; ID and bank cards, in any
    script's digits, spoken (幺三八零零…), with separators or letters for digits; WeChat and QQ accounts beside their
    cues; e-mail; credit codes, plates, passports, identity cards of Hong Kong, Macao and Taiwan; addresses and names
    of persons by their cues; links to messengers. Numbers of orders, parcels, certificates and prices are left out.
    Linear in the text; a text of thousands of details is read coarsely after the first ones.
    """
    return details_in(text, fold(text, _FOLD))


def details_in(text: str, flat: str) -> tuple[ContactSpan, ...]:
    """As `find_contacts`, for a caller that has folded the text (`fold(text, Fold())`) already."""
    view = spelled(text, flat)
    budget = Budget()
    found = plates_in(view, budget)
    if RUN.search(view.digits):
        found += numbers_in(view, budget)
        found += papers_in(view, budget)
    found += wechat_accounts(view, budget)
    if view.origin is not None:
        found = [(*view.span(start, end), kind) for start, end, kind in found]
    found += mails_in(flat)
    found += links_in(flat)
    found += addresses_and_names(flat, found, budget)  # last: names are looked for beside what was found
    return _without_overlaps(found) if found else ()


def _without_overlaps(found: list[Found]) -> tuple[ContactSpan, ...]:
    kept: list[Found] = []
    edge = 0
    # An address yields to the number it was drawn over, anything else to what begins first and is longer.
    for span in sorted(found, key=_order):
        if span[0] >= edge:
            kept.append(span)
            edge = span[1]
    return tuple([ContactSpan(start=start, end=end, kind=kind) for start, end, kind in kept])


def _order(span: Found) -> tuple[int, int]:
    return span[0], -span[1]
