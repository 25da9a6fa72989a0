"""What can never hit."""

from collections.abc import Iterable, Iterator, Sequence

from ..matching.entries import Entry
from ..matching.profile import Overlap
from ..model import SubjectKind
from ..rules.source import nearest_of
from ..rules.spec import Rule
from .finding import Code, Finding
from .rule_words import Places, RuleWords, SetWords

_SPOKEN = ("sms", "mms", "wechat", "wecom", "alipay", "notification", "imported")
_ANY = frozenset((*_SPOKEN, "call_log", "call_state", "recordings", "contacts"))
CHANNELS = {
    SubjectKind.MESSAGE: frozenset(_SPOKEN),
    SubjectKind.CALL: frozenset(("call_log", "call_state", "recordings", "imported")),
    SubjectKind.CONTACT: frozenset(("contacts", "imported")),
    SubjectKind.ABSENCE: _ANY,
    SubjectKind.BULK_ABSENCE: _ANY,
    SubjectKind.DOUBTFUL_ABSENCE: _ANY,
}
"""Which channels records of a kind come by."""
LONGEST = 24
"""Characters of a word within which others are looked for."""
_TEXTLESS = frozenset((SubjectKind.CALL,))


def unreachable(words: SetWords, places: Places) -> Iterator[Finding]:
    """Rules and words that no record can match."""
    for one in words.rules:
        yield from _rule(one.rule, places)
        yield from _inert(one, places)
        allowed = [*one.allowed, *words.allowed]
        by_key = {(entry.key, entry.view.skip): entry for entry in allowed}
        shadows = _Shadows(one.words, one.rule.profile.overlap)
        seen: dict[tuple[str, object], str] = {}
        for word, entries in one.by_word().items():
            covers = [by_key.get((entry.key, entry.view.skip)) for entry in entries]
            if covers[0] is not None and all(covers):
                yield places.warning(one.rule, Code.DEAD_WORD, word, by=covers[0].word)
                continue
            others = [seen.get((entry.key, entry.view)) for entry in entries]
            if others[0] is not None and all(others):
                yield places.warning(one.rule, Code.DOUBLE_WORD, word, other=others[0])
            elif (other := shadows.over(entries)) is not None:
                yield places.warning(one.rule, Code.SHADOWED_WORD, word, other=other)
            for entry in entries:
                seen.setdefault((entry.key, entry.view), word)


def _rule(rule: Rule, places: Places) -> Iterator[Finding]:
    possible = frozenset().union(*(CHANNELS[kind] for kind in rule.kinds))
    strange = sorted(rule.channels - _ANY)
    for channel in strange:
        nearest = nearest_of(channel, sorted(possible)) or ", ".join(sorted(possible))
        yield places.warning(rule, Code.UNKNOWN_CHANNEL, channel=channel, nearest=nearest)
    known = rule.channels & _ANY
    if known and not known & possible:
        kinds = ", ".join(sorted(rule.kinds))
        yield places.warning(rule, Code.DEAD_RULE, kinds=kinds, channels=", ".join(sorted(known)))
    elif rule.words and rule.kinds <= _TEXTLESS:
        yield places.warning(rule, Code.TEXTLESS_RULE)


def _inert(one: RuleWords, places: Places) -> Iterator[Finding]:
    """Words without any form, under `entry_skips = "inert"`."""
    searched = {entry.word for entry in one.words}
    for word in one.rule.words:
        if word not in searched and not word.startswith("@"):
            yield places.warning(one.rule, Code.INERT_WORD, word)


class _Shadows:
    """Words of one rule by their keys: which of two that begin or end alike the overlap policy takes."""

    def __init__(self, entries: Iterable[Entry], overlap: Overlap) -> None:
        self._overlap = overlap
        self._first: dict[tuple[str, object], Entry] = {}
        if overlap not in (Overlap.ALL, Overlap.LEFTMOST_LONGEST):
            for entry in entries:
                if entry.wild is None:
                    self._first.setdefault((entry.key, entry.view), entry)

    def over(self, entries: Sequence[Entry]) -> str | None:
        """The word that is always taken instead of one with these forms, if there is one for every form."""
        found: str | None = None
        for entry in entries:
            before = self._before(entry)
            if before is None:
                return None
            found = found or before.word
        return found

    def _before(self, entry: Entry) -> Entry | None:
        if not self._first or entry.wild is not None:
            return None
        others = (self._first.get((part, entry.view)) for part in self._parts(entry.key))
        return next((other for other in others if other is not None and self._is_taken(other, entry)), None)

    def _parts(self, key: str) -> Iterator[str]:
        starts = range(min(len(key), LONGEST)) if self._overlap is Overlap.EARLIEST_END else range(1)
        return (key[start:end] for start in starts for end in range(start + 1, min(len(key), LONGEST)))

    def _is_taken(self, other: Entry, entry: Entry) -> bool:
        return other.word != entry.word and (self._overlap is not Overlap.LEFTMOST_FIRST or other.rank < entry.rank)
