"""Things besides words that rules refer to: `@contact.mobile`, `@email`, a rule set's own detectors; and nearness."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from .custom_detectors import Detector
from .facts import Pieces, Seen, Span, TextFacts
from .matching.candidate import Candidate
from .matching.detectors import Shape, shape_spans
from .matching.entries import Entry, entries_of
from .matching.filters import place
from .matching.lexicon import Lexicon
from .matching.profile import GapRule, MatchProfile, Overlap
from .model import CONTACT_WAYS, ContactKind
from .rules.spec import Near, Toward
from .window import Window

MANY = 32
LONGEST_TERM = 400
"""Code points that a term with everything inserted into it, or an e-mail address, may span."""
LONG_TEXT = 10_000
"""Code points; of a longer text only what is around a hit is looked at, `within = 0` or not."""
WHOLE = Pieces(size=LONG_TEXT, margin=2_048)
"""Of a long text, where a term may stand anywhere, or not very near."""
NEAR = Pieces(size=4_096, margin=512)
"""Where it must stand near."""
WIDE = Pieces(size=LONG_TEXT, margin=LONG_TEXT)
"""The same for the rare ones that reach far."""
MAX_TERMS = 20_000
"""So many places of terms are looked at in one text."""
ANY_CONTACT = "@contact.any"
_CONTACTS = {f"@contact.{kind.value}": frozenset((kind,)) for kind in ContactKind} | {ANY_CONTACT: CONTACT_WAYS}
_SHAPES = {f"@{shape.value}": shape for shape in Shape}
NEAR_PROFILE = MatchProfile(gap_rule=GapRule.STRICT, overlap=Overlap.ALL, allow_single=True)
"""Terms are read as words are, disguises included; a gap in a short one is believed less."""

Find = Callable[[TextFacts, MatchProfile], list[tuple[int, int, str]]]
"""(start, end, value) of what a reference names; `value` is empty where it must not be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What an `@name` stands for."""

    find: Find
    contacts: frozenset[ContactKind] = frozenset()
    """The kinds of contact detail it finds; empty for everything else."""
    is_spread: bool = False
    """May be told in several messages."""


def references(detectors: Mapping[str, Detector]) -> dict[str, Reference]:
    """Every `@name` a rule may use, the rule set's own detectors first."""
    found: dict[str, Reference] = {}
    for name, shape in _SHAPES.items():
        found[name] = Reference(find=_shape(shape))
    for name, kinds in _CONTACTS.items():
        found[name] = Reference(find=_contact(kinds), contacts=kinds, is_spread=True)
    for detector_id, detector in detectors.items():
        found[f"@{detector_id}"] = Reference(find=_own(detector), is_spread=True)
    return found


def _shape(shape: Shape) -> Find:
    return lambda facts, profile: shape_spans(facts.text, shape, profile)


def _contact(kinds: frozenset[ContactKind]) -> Find:
    return lambda facts, _: [(span.start, span.end, "") for span in facts.contacts if span.kind in kinds]


def _own(detector: Detector) -> Find:
    return lambda facts, _: [(start, end, "") for start, end in detector.spans(facts.text)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearTerms:
    """A compiled `near` or `not_near`."""

    near: Near
    number: int
    """Of the context, in `Contexts`."""
    words: tuple[int, ...]
    """Its terms, by their numbers there: contexts share them."""
    references: tuple[Reference, ...]


class Contexts:
    """The terms of all contexts of a rule set: one search of a text finds them all."""

    def __init__(self, known: Mapping[str, Reference], aliases: Mapping[str, tuple[str, ...]]) -> None:
        self._known = known
        self._aliases = aliases
        self._entries: list[Entry] = []
        self._contexts = 0
        self._numbers: dict[str, int] = {}
        self._lexicon: Lexicon | None = None

    def add(self, near: Near) -> NearTerms:
        """Compile one. Raises EntryError for a word that cannot be searched."""
        self._contexts += 1
        return NearTerms(
            near=near,
            number=self._contexts,
            words=tuple(dict.fromkeys(self._number(word) for word in near.any if word not in self._known)),
            references=tuple(self._known[word] for word in near.any if word in self._known),
        )

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            entries = entries_of(word, rank=0, owner=len(self._numbers), profile=NEAR_PROFILE, aliases=self._aliases)
            number = self._numbers[word] = len(self._numbers)
            self._entries.extend(entries)
        return number

    def done(self) -> None:
        """All are added."""
        self._lexicon = Lexicon(self._entries)
        self._entries = []

    def holds(self, terms: NearTerms, facts: TextFacts, start: int, end: int, window: Window) -> bool:
        """Whether a term stands near `text[start:end]`, or anywhere in the earlier messages that count."""
        if len(facts.text) > LONG_TEXT:
            part = facts.piece(_pieces(terms.near, end - start), start, self.seen_in)
            if part is None:
                return False
            facts, begin = part
            start, end = start - begin, end - begin
        spans = self._around(terms.near, self._spans(terms, facts), start, end)
        if any(_is_near(terms.near, span, start, end) for span in spans):
            return True
        said = window.said(terms.near)
        return said is not None and bool(self._spans(terms, said))

    def _spans(self, terms: NearTerms, facts: TextFacts) -> list[Span]:
        spans = facts.near.get(terms.number)
        if spans is None:
            spans = [span for word in terms.words for span in self._places(word, facts)]
            spans += [(a, b) for one in terms.references for a, b, _ in one.find(facts, NEAR_PROFILE)]
            spans.sort()
            facts.near[terms.number] = spans
        return spans

    def _around(self, near: Near, spans: list[Span], start: int, end: int) -> list[Span]:
        """Those that can be near: a long text with many terms is not gone through for every hit."""
        if not near.within or len(spans) < MANY:
            return spans
        low = bisect_left(spans, (start - near.within - LONGEST_TERM, 0))
        return spans[low : bisect_left(spans, (end + near.within + 1, 0))]

    def seen_in(self, texts: Sequence[str]) -> list[Seen]:
        """For each text where terms may stand, in less time than one by one: `TextFacts.seen`."""
        assert self._lexicon is not None
        return [_by_term(found) for found in self._lexicon.search_many(texts)]

    def _places(self, word: int, facts: TextFacts) -> list[Span]:
        """Where a term stands. All terms are searched for together, and each is placed when somebody asks for it."""
        if facts.seen is None:
            assert self._lexicon is not None
            facts.seen = _by_term(self._lexicon.search(facts.text))
        spans = facts.terms.get(word)
        if spans is None:
            placed = (place(candidate, NEAR_PROFILE) for candidate in facts.seen.get(word, ()))
            spans = facts.terms[word] = [(item.start, item.end) for item in placed if item is not None]
        return spans


def _by_term(candidates: Iterable[Candidate]) -> Seen:
    seen: Seen = {}
    for candidate in islice(candidates, MAX_TERMS):
        seen.setdefault(candidate.entry.owner, []).append(candidate)
    return seen


def _pieces(near: Near, length: int) -> Pieces:
    """Those that hold what can matter for a hit of this length."""
    reach = near.within + LONGEST_TERM + length
    if near.within and reach <= NEAR.margin:
        return NEAR
    return WHOLE if reach <= WHOLE.margin else WIDE


def _is_near(near: Near, span: Span, start: int, end: int) -> bool:
    first, last = span
    if first < end and start < last:
        return not (start <= first and last <= end)
    reach = near.within or 1 << 60
    if last <= start:
        return near.side is not Toward.RIGHT and start - last <= reach
    return near.side is not Toward.LEFT and first - end <= reach
