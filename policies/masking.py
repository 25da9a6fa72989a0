"""Masks: what a person may see of a contact detail, a number or a name without giving a reason."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from .contacts.finder import details_in, flat_of
from .contacts.known_names import KnownNames
from .mask_formats import STAR, hide_value, mask_figures, mask_name, mask_value, tail_value
from .model import ContactKind, ContactSpan

__all__ = ["Exposure", "Masked", "mask_name", "mask_number", "mask_spans", "mask_text"]

MANY = 5_000
"""The details of a text with more of them are hidden whole: it is a list, no message."""


class Exposure(StrEnum):
    """How much of a detail a role sees."""

    PARTIAL = "partial"
    """Enough to recognise what one knows: `138****8000`, 段**."""
    TAIL = "tail"
    """The last four figures of numbers, nothing else: `*******8000`."""
    HIDDEN = "hidden"
    """Nothing but the length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A text with its contact details starred. `masked` has the length of `text`, so offsets stay valid."""

    text: str
    spans: tuple[ContactSpan, ...]
    masked: str


def mask_text(text: str, names: KnownNames | None = None, exposure: Exposure = Exposure.PARTIAL) -> Masked:
    """Star the contact details of `text` in place, one star for one code point; separators stay.

    `names` are persons known to the archive; where they stand in the text they are starred too. With the defaults
    `mask_text(m.masked).masked == m.masked`, and no found detail is left whole in `masked`.
    """
    flat = flat_of(text)
    spans = details_in(text, flat)
    if names is not None:
        spans = _with_names(spans, names.spans_folded(flat))
    if not spans:
        return Masked(text=text, spans=(), masked=text)
    return Masked(text=text, spans=spans, masked=mask_spans(text, spans, exposure))


def mask_spans(text: str, spans: tuple[ContactSpan, ...], exposure: Exposure = Exposure.PARTIAL) -> str:
    """`text` with these spans starred; they are in order and do not overlap. The same length."""
    is_list = len(spans) > MANY
    parts: list[str] = []
    edge = 0
    for span in spans:
        start, end = span.start, span.end
        starred = STAR * (end - start) if is_list else _mask(text[start:end], span.kind, exposure)
        parts += (text[edge:start], starred)
        edge = end
    parts.append(text[edge:])
    return "".join(parts)


def _mask(value: str, kind: ContactKind, exposure: Exposure) -> str:
    match exposure:
        case Exposure.PARTIAL:
            return mask_value(value, kind)
        case Exposure.TAIL:
            return tail_value(value, kind)
        case Exposure.HIDDEN:
            return hide_value(value)
        case _ as never:
            assert_never(never)


def _with_names(spans: tuple[ContactSpan, ...], names: list[tuple[int, int]]) -> tuple[ContactSpan, ...]:
    """The details, and those names that lie outside them."""
    if not names:
        return spans
    merged = list(spans)
    later = iter(spans)
    span = next(later, None)
    for start, end in names:
        while span is not None and span.end <= start:
            span = next(later, None)
        if span is None or span.start >= end:
            merged.append(ContactSpan(start=start, end=end, kind=ContactKind.NAME))
    return tuple(sorted(merged))


def mask_number(number: str) -> str:
    """A phone number as a list shows it: `138****8000`, `+86138****8000`, `0915*****79`.

    Short service numbers (six digits and fewer: 10086, 95588) are public and stay. The length is kept.
    """
    figures = sum(c.isdigit() for c in number)
    if figures <= 6:
        return number
    if figures <= 9:
        return mask_figures(number, 2, 2)
    if figures == 11 and number.lstrip()[:1] == "0":
        return mask_figures(number, 4, 2)
    return mask_figures(number, 3, 4, 2 if number.startswith("+86") else 4 if number.startswith("0086") else 0)
