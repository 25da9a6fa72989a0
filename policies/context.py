"""Things besides words that rules refer to: `@contact.mobile`, `@email`, a rule set's own detectors; and nearness."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

from .contacts import find_contacts
from .custom_detectors import Detector
from .matching.detectors import Shape, shape_spans
from .matching.matcher import Matcher
from .matching.profile import PLAIN, GapRule, MatchProfile, Overlap
from .model import CONTACT_WAYS, ContactKind, ContactSpan
from .rules.spec import Near, Toward

Span = tuple[int, int]
MANY = 32
LONGEST_TERM = 400
"""Code points that a term with everything inserted into it, or an e-mail address, may span."""
ANY_CONTACT = "@contact.any"
_CONTACTS = {f"@contact.{kind.value}": frozenset((kind,)) for kind in ContactKind} | {ANY_CONTACT: CONTACT_WAYS}
_SHAPES = {f"@{shape.value}": shape for shape in Shape}
NEAR_PROFILE = MatchProfile(
    gap_rule=GapRule.STRICT, repeats=False, overlap=Overlap.ALL, allow_single=True, disguises=PLAIN
)


class TextFacts:
    """What has been found out about one text, each thing at most once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._contacts: tuple[ContactSpan, ...] | None = None
        self.near: dict[int, list[Span]] = {}
        """Where the terms of a context stand, by the context's identity."""

    @property
    def contacts(self) -> tuple[ContactSpan, ...]:
        """Contact details in the text."""
        if self._contacts is None:
            self._contacts = find_contacts(self.text)
        return self._contacts

    @property
    def has_way(self) -> bool:
        """Whether one of the details is a way to reach or pay a person."""
        return any(span.kind in CONTACT_WAYS for span in self.contacts)


Reference = Callable[[TextFacts, MatchProfile], list[tuple[int, int, str]]]
"""(start, end, value) of what a reference names; `value` is empty where it must not be told."""


def references(detectors: Mapping[str, Detector]) -> dict[str, Reference]:
    """Every `@name` a rule may use, the rule set's own detectors first."""
    found: dict[str, Reference] = {}
    for name, shape in _SHAPES.items():
        found[name] = lambda facts, profile, shape=shape: shape_spans(facts.text, shape, profile)  # type: ignore[misc]
    for name, kinds in _CONTACTS.items():
        found[name] = lambda facts, profile, kinds=kinds: [  # type: ignore[misc]
            (span.start, span.end, "") for span in facts.contacts if span.kind in kinds
        ]
    for detector_id, detector in detectors.items():
        found[f"@{detector_id}"] = lambda facts, profile, detector=detector: [  # type: ignore[misc]
            (start, end, "") for start, end in detector.spans(facts.text)
        ]
    return found


class NearTerms:
    """A compiled `near` or `not_near`."""

    def __init__(self, near: Near, known: Mapping[str, Reference], aliases: Mapping[str, tuple[str, ...]]) -> None:
        """Raises EntryError for a word that cannot be searched."""
        self.near = near
        self._references = tuple(known[word] for word in near.any if word in known)
        words = [word for word in near.any if word not in known]
        self._matcher = Matcher(words, (), NEAR_PROFILE, aliases)

    def holds(self, facts: TextFacts, start: int, end: int, previous: Sequence[TextFacts]) -> bool:
        """Whether a term stands near `text[start:end]`, or anywhere in the last messages that count."""
        if any(self._is_near(span, start, end) for span in self._around(self._spans(facts), start, end)):
            return True
        window = previous[-self.near.messages :] if self.near.messages else ()
        return any(self._spans(earlier) for earlier in window)

    def _spans(self, facts: TextFacts) -> list[Span]:
        spans = facts.near.get(id(self))
        if spans is None:
            spans = facts.near[id(self)] = self._find(facts)
        return spans

    def _around(self, spans: list[Span], start: int, end: int) -> list[Span]:
        """Those that can be near: a long text with many terms is not gone through for every hit."""
        if not self.near.within or len(spans) < MANY:
            return spans
        low = bisect_left(spans, (start - self.near.within - LONGEST_TERM, 0))
        return spans[low : bisect_left(spans, (end + self.near.within + 1, 0))]

    def _find(self, facts: TextFacts) -> list[Span]:
        found = [(hit.start, hit.end) for hit in self._matcher.find(facts.text)]
        for reference in self._references:
            found.extend((a, b) for a, b, _ in reference(facts, NEAR_PROFILE))
        return sorted(found)

    def _is_near(self, span: Span, start: int, end: int) -> bool:
        first, last = span
        if first < end and start < last:
            return not (start <= first and last <= end)
        reach = self.near.within or 1 << 60
        if last <= start:
            return self.near.side is not Toward.RIGHT and start - last <= reach
        return self.near.side is not Toward.LEFT and first - end <= reach
