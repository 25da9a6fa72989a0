"""The one door for what phones say: how much of it one reader sees, in texts, names, numbers and lines of people.

Everything that leaves the daemon about a person goes through a `Sight`, which `PrivacyGuard.sight` gives out by role.
Two shapes of a text: `starred` keeps its code points, for searches and offsets; `shown` is what people read, with the
pseudonym of whoever is known beside the starred detail, and a map of the offsets.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from policies.display import safe_display
from policies.mask_formats import STAR, hide_value, mask_name
from policies.masking import Exposure, Masked, mask_number, mask_spans, mask_text
from policies.model import ContactKind, ContactSpan

from ..api.texts import Texts
from ..api.wire import Role
from .people import People, shown_pseudonym

Spans = Sequence[tuple[int, int]]
_STARRED: Final = re.compile(r"[0-9]{2,}\*{2,}[0-9]*|\*{4,}[0-9]{2,4}")
"""A number that was masked before it was kept."""


class Form(StrEnum):
    """In which form a role sees a contact detail or a known name."""

    FOLLOWED = "followed"
    """Partly starred, with the pseudonym of whoever is known: `客户·7Q2FMK(138****8000)`."""
    PARTIAL = "partial"
    """Partly starred: `138****8000`, 段**."""
    TAIL = "tail"
    """The last four figures of numbers: `*******8000`."""
    KIND = "kind"
    """Only what it is: `[手机号]`."""


FORM_OF_ROLE: Final = {
    Role.OWNER: Form.FOLLOWED,
    Role.REVIEWER: Form.FOLLOWED,
    Role.ADMIN: Form.TAIL,
    Role.AUDITOR: Form.KIND,
    Role.EMPLOYEE: Form.KIND,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as it is read. `edges`: where it differs from the starred one, as (start, end, length here), in order."""

    text: str
    edges: tuple[tuple[int, int, int], ...] = ()

    def place(self, offset: int) -> int:
        """Where what begins at a code point of the text begins here: with all of what was replaced around it."""
        moved = 0
        for start, end, length in self.edges:
            if offset < end:
                return min(offset, start) + moved
            moved += length - (end - start)
        return offset + moved

    def place_after(self, offset: int) -> int:
        """Where what ends before a code point of the text ends here."""
        moved = 0
        for start, end, length in self.edges:
            if offset <= start:
                break
            moved += length - (end - start)
            offset = max(offset, end)
        return offset + moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Of one reader. May be used from any thread."""

    texts: Texts
    form: Form
    people: People | None
    """None: nobody is known."""

    def starred(self, text: str, names: Spans = (), hidden: Spans = ()) -> str:
        """Details and known names starred, harmless to a terminal; as many code points. `names`: where more are;
        `hidden`: see `shown`."""
        return _hide(self._found(text, names), text, hidden)

    def shown(self, text: str, names: Spans = (), hidden: Spans = (), limit: int | None = None) -> Shown:
        """As the reader is to see it; `limit` code points of the text at most.

        `hidden`: what else is somebody's; starred where no detail was found there.
        """
        found = self._found(text, names)
        masked = _hide(found, text, hidden)
        parts: list[str] = []
        edges: list[tuple[int, int, int]] = []
        at, last = 0, len(text) if limit is None else min(limit, len(text))
        for span in found.spans:
            if span.end > last:
                break
            piece = self._piece(text[span.start : span.end], masked[span.start : span.end], span.kind)
            if piece is not None:
                parts += (masked[at : span.start], piece)
                edges.append((span.start, span.end, len(piece)))
                at = span.end
        parts.append(masked[at:last])
        return Shown("".join(parts), tuple(edges))

    def line(self, text: str) -> str:
        """Free text of people: reasons, notes, cases."""
        shown = self.shown(text).text
        if self.form is not Form.KIND:
            return shown
        return _STARRED.sub(lambda _: self._kind(ContactKind.MOBILE), shown)

    def optional_line(self, text: str | None) -> str | None:
        """`line` of what may not be there."""
        return None if text is None else self.line(text)

    def name(self, name: str) -> str:
        """Something that is a name, whatever it looks like."""
        match self.form:
            case Form.FOLLOWED | Form.PARTIAL:
                return mask_name(name)
            case Form.TAIL:
                return hide_value(name)
            case Form.KIND:
                return self._kind(ContactKind.NAME) if name else ""
            case _ as never:
                assert_never(never)

    def number(self, number: str) -> str:
        """Something that is a number, or one that is masked already."""
        match self.form:
            case Form.FOLLOWED | Form.PARTIAL:
                return mask_number(number)
            case Form.TAIL:
                figures = [at for at, char in enumerate(number) if char.isdigit()]
                hidden = set(figures[:-4]) if len(figures) > 6 else set()
                return "".join(STAR if at in hidden else char for at, char in enumerate(number))
            case Form.KIND:
                return self._kind(ContactKind.MOBILE) if sum(map(str.isdigit, number)) > 6 else number
            case _ as never:
                assert_never(never)

    def person(self, find: Callable[[People], bytes | None]) -> str | None:
        """The pseudonym of whom `find` finds, for readers who follow people; None for nobody known."""
        if self.people is None or self.form is not Form.FOLLOWED:
            return None
        found = find(self.people)
        return None if found is None else shown_pseudonym(found, self.texts.language.value)

    def starred_name(self, name: str) -> str:
        """`name`, with as many code points in every form."""
        return mask_name(name) if self.form in _PARTLY else hide_value(name)

    def starred_number(self, number: str) -> str:
        """`number`, with as many code points in every form."""
        return hide_value(number) if self.form is Form.KIND else self.number(number)

    def _found(self, text: str, names: Spans) -> Masked:
        exposure = _EXPOSURES[self.form]
        found = mask_text(text, None if self.people is None else self.people.names, exposure)
        more = [
            ContactSpan(start=start, end=end, kind=ContactKind.NAME)
            for start, end in names
            if not any(one.start < end and start < one.end for one in found.spans)
        ]
        if not more:
            return found
        spans = tuple(sorted((*found.spans, *more)))
        return Masked(text=text, spans=spans, masked=mask_spans(text, spans, exposure))

    def _piece(self, value: str, masked: str, kind: ContactKind) -> str | None:
        """What stands in the place of a detail; None: its stars."""
        if self.form is Form.KIND:
            return self._kind(kind)
        person = self.person(lambda people: people.told_by(value, kind))
        return None if person is None else f"{person}({masked})"

    def _kind(self, kind: ContactKind) -> str:
        return self.texts.get(f"detail.{kind.value}")


_PARTLY: Final = frozenset({Form.FOLLOWED, Form.PARTIAL})
_EXPOSURES: Final = {
    Form.FOLLOWED: Exposure.PARTIAL,
    Form.PARTIAL: Exposure.PARTIAL,
    Form.TAIL: Exposure.TAIL,
    Form.KIND: Exposure.HIDDEN,
}


def _hide(found: Masked, text: str, hidden: Spans) -> str:
    masked = safe_display(found.masked, max_chars=max(1, len(text)))
    for start, end in hidden:
        if not any(one.start < end and start < one.end for one in found.spans):
            masked = masked[:start] + hide_value(masked[start:end]) + masked[end:]
    return masked


def kept_number(number: str) -> str:
    """A number as it is kept beside its token, for people who handle requests, holds and exports."""
    return mask_number(number)


def kept_line(text: str) -> str:
    """Free text as it is kept: details starred, characters harmless. Names of customers go when it is shown."""
    return mask_text(safe_display(text, max(1, len(text)))).masked
