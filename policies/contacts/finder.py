"""All contact details of a text."""

import re
from collections import deque
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import pairwise

from ..folding.table import Fold, Table, bounded, fold_table
from ..model import ContactKind, ContactSpan
from .handles import wechat_accounts
from .links import links_in
from .mails import mails_in
from .numbers import may_hold_short, numbers_in
from .papers import papers_in, plates_in
from .parts import Budget, Found
from .people import addresses_and_names
from .spelling import HAN, LAST_MARKS, Spelled, has_marks, spelled, spoken_figures
from .told import told_numbers
from .trigger import ACCOUNTS, LINKS, MAILS, NUMBERS, ODD, PLATES, SHORT, TOLD, TOLD_SPOKEN, WHERE, stages_of

__all__ = ["details_in", "find_contacts", "spoken_figures"]

LONGEST_BLOCK = 10_000
"""Code points; longer texts are read in blocks of so many."""
_CUT_REACH = 400
_MARK = re.compile(f"[{LAST_MARKS}]+")
_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">", "【": "】", "「": "」", "“": "”", "‘": "’", '"': '"', "'": "'"}
_CLOSING = {closing: opening for opening, closing in _BRACKETS.items()}
_BRACKETED = frozenset(
    (ContactKind.MOBILE, ContactKind.LANDLINE, ContactKind.QQ, ContactKind.ID_CARD, ContactKind.BANK_CARD)
)
_EDGES = re.compile(rf"[{LAST_MARKS}{re.escape(''.join((*_BRACKETS, *_CLOSING)))}]")
_WORD = rf"[^\W\d_{HAN}]"
_IN_HAN = rf"[^\W\d_a-z{HAN}]"
_CUTS = tuple(
    map(
        re.compile,
        (
            "[\n。]",
            rf"[ ,](?<={_WORD}.)(?={_WORD})",
            rf"{_IN_HAN}(?<={_IN_HAN}{{2}})(?={_IN_HAN})",
            rf"[^0-9{HAN}]{{9}}",
            "[ ,]",
        ),
    )
)
"""Behind what a long text may be cut, the best first: no number goes on behind it."""


def find_contacts(text: str) -> tuple[ContactSpan, ...]:
    """Contact details in `text`, by start, never overlapping; offsets are code points of `text`, end exclusive.

    Telephone numbers of the mainland and, with their calling code, of other regions; ID and bank cards, in any
    script's digits, spoken (幺三八零零…), with separators or letters for digits; WeChat and QQ accounts beside their
    cues; e-mail; credit codes, plates, passports, identity cards of Hong Kong, Macao and Taiwan; addresses and names
    of persons by their cues; links to messengers. Numbers of orders, parcels, certificates and prices are left out.
    Linear in the text; a text of thousands of details is read coarsely after the first ones.
    """
    return details_in(text, flat_of(text))


def flat_of(text: str) -> str:
    """`fold(text, Fold())`, of a long text in a tenth of the time."""
    if len(text) > LONGEST_BLOCK:
        from .points import folded  # numpy is loaded by the first long text

        return folded(text)
    return bounded(text).translate(_table())


@lru_cache(maxsize=1)
def _table() -> Table:
    return fold_table(Fold())


def details_in(text: str, flat: str) -> tuple[ContactSpan, ...]:
    """As `find_contacts`, for a caller that has `flat_of` the text already."""
    if len(text) > LONGEST_BLOCK:
        return _in_blocks(text, flat)
    stages = stages_of(flat)
    return details_at(text, flat, stages) if stages else ()


def details_at(text: str, flat: str, stages: AbstractSet[int | None]) -> tuple[ContactSpan, ...]:
    """As `details_in`, for a text of at most `LONGEST_BLOCK` of which `stages_of` is known."""
    return without_overlaps(closely(text, flat, stages, Budget()))


def closely(text: str, flat: str, stages: AbstractSet[int | None], budget: Budget) -> list[Found]:
    """What those finders find, in no order."""
    found: list[Found] = []
    is_odd = ODD in stages
    view = spelled(text, flat) if is_odd or has_marks(flat) else Spelled(text, flat, flat, None)
    if PLATES in stages:
        found += plates_in(view, budget)
    if is_odd or NUMBERS in stages or (SHORT in stages and may_hold_short(flat)):
        found += numbers_in(view, budget)
        found += papers_in(view, budget)
    if ACCOUNTS in stages:
        found += wechat_accounts(view, budget)
    if view.origin is not None:
        origin = view.origin
        budget.left -= abs(len(view.digits) - len(flat)) // 8
        found = [(origin[start], origin[end - 1] + 1, kind) for start, end, kind in found]
    if is_odd or TOLD in stages or TOLD_SPOKEN in stages:
        found += told_numbers(flat, budget)
    if MAILS in stages:
        found += mails_in(flat)
    if LINKS in stages:
        found += links_in(flat)
    if found or not WHERE.isdisjoint(stages):  # last: names are looked for beside what was found
        found += addresses_and_names(flat, found, stages, budget)
    budget.left -= len(found)
    if found and _EDGES.search(flat):
        return [_to_its_edges(flat, one) for one in found]
    return found


def _to_its_edges(flat: str, found: Found) -> Found:
    """With the brackets around its first and last part, and the rest of its last sign: 8️⃣ is three characters."""
    start, end, kind = found
    if kind in _BRACKETED:
        inside = flat[start:end]
        before, after = flat[max(0, start - 1) : start], flat[end : end + 1]
        if before in _BRACKETS and _BRACKETS[before] in inside:
            start -= 1
        if after in _CLOSING and _CLOSING[after] in inside:
            end += 1
    marks = _MARK.match(flat, end)
    return start, marks.end() if marks else end, kind


def _in_blocks(text: str, flat: str) -> tuple[ContactSpan, ...]:
    """A long text block by block, and by shapes alone from where it turns out to be a list of details."""
    from .coarse import coarse_details  # as above
    from .gate import block_stages

    edges = [0]
    while edges[-1] < len(text):
        edges.append(_cut(flat, edges[-1]))
    places = list(pairwise(edges))
    found: list[Found] = []
    budget = Budget()
    for (start, end), stages in zip(places, block_stages([text[a:b] for a, b in places]), strict=True):
        if budget.left < 0:
            return (*without_overlaps(found), *coarse_details(text, start))
        if stages:
            block = closely(text[start:end], flat[start:end], stages, budget)
            found += [(start + first, start + last, kind) for first, last, kind in block]
    return without_overlaps(found)


def _cut(flat: str, start: int) -> int:
    """Where the block that begins at `start` ends: at a line, or where no number goes on, if there is one near."""
    end = start + LONGEST_BLOCK
    if end >= len(flat):
        return len(flat)
    for mark in _CUTS:
        found = deque(mark.finditer(flat, end - _CUT_REACH, end), maxlen=1)
        if found:
            return found[0].end()
    return end


def without_overlaps(found: list[Found]) -> tuple[ContactSpan, ...]:
    """Of what was found what remains where some stand over others, by start."""
    if len(found) == 1:
        (start, end, kind) = found[0]
        return (ContactSpan(start=start, end=end, kind=kind),)
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
