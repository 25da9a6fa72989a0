"""What two rules find."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..packs.layers import PACKAGED
from ..rules.spec import Effect, Near, Rule
from .finding import Code, Finding
from .rule_words import Places, SetWords

SHORTEST = 2
LONGEST = 24
"""Characters of a word within which others are looked for."""


@dataclass(frozen=True, slots=True)
class _Owner:
    rule: Rule
    word: str


def overlapping(words: SetWords, places: Places) -> Iterator[Finding]:
    """One word in two rules, and words that hold a word of another rule."""
    first: dict[tuple[str, object, tuple[Near, ...]], _Owner] = {}
    told: set[tuple[str, str, str]] = set()
    for one in words.rules:
        rule = one.rule
        # One word in two circumstances is two situations.
        required = _required(rule)
        for entry in one.words:
            other = first.setdefault((entry.key, entry.view, required), _Owner(rule, entry.word))
            if other.rule is rule or is_layered(other.rule, rule):
                continue
            if (rule.id, other.rule.id, other.word) in told or not _meet(rule, other.rule):
                continue
            told.add((rule.id, other.rule.id, other.word))
            if (rule.category, rule.severity) == (other.rule.category, other.rule.severity):
                yield places.warning(rule, Code.SAME_WORD, entry.word, other=other.rule.id, other_word=other.word)
            else:
                yield places.warning(
                    rule,
                    Code.SAME_WORD_DIFFERS,
                    entry.word,
                    other=other.rule.id,
                    other_word=other.word,
                    one=f"{rule.category}/{rule.severity}",
                    two=f"{other.rule.category}/{other.rule.severity}",
                )
    yield from _containing(words, places)


def _containing(words: SetWords, places: Places) -> Iterator[Finding]:
    """Once for each pair of rules."""
    owners: dict[str, list[_Owner]] = {}
    for one in words.rules:
        if not _required(one.rule):
            for entry in one.words:
                if len(entry.key) >= SHORTEST and entry.wild is None:
                    owners.setdefault(entry.key, []).append(_Owner(one.rule, entry.word))
    for one in words.rules:
        pairs: dict[str, tuple[str, _Owner, int]] = {}
        for word, entries in one.by_word().items():
            inside: dict[str, _Owner] = {}
            for entry in entries:
                for part in _parts(entry.key):
                    inside.update({other.rule.id: other for other in owners.get(part, ())})
            for rule_id, other in inside.items():
                if other.rule is one.rule or not _differ(one.rule, other.rule):
                    continue
                example, owner, count = pairs.get(rule_id, (word, other, 0))
                pairs[rule_id] = (example, owner, count + 1)
        for rule_id, (word, other, count) in pairs.items():
            yield places.note(
                one.rule, Code.CONTAINS_WORD, word, other=rule_id, other_word=other.word, count=str(count)
            )


def _parts(key: str) -> Iterator[str]:
    """Everything inside but the whole."""
    size = min(len(key), LONGEST)
    for start in range(size - 1):
        for end in range(start + SHORTEST, size + 1):
            if end - start < len(key):
                yield key[start:end]


def _differ(rule: Rule, other: Rule) -> bool:
    same = (rule.category, rule.severity) == (other.category, other.severity)
    return not same and _meet(rule, other) and not is_layered(rule, other) and not is_layered(other, rule)


def _meet(rule: Rule, other: Rule) -> bool:
    """Whether one record can be of both."""
    return bool(
        rule.kinds & other.kinds
        and (not rule.sides or not other.sides or rule.sides & other.sides)
        and (not rule.channels or not other.channels or rule.channels & other.channels)
    )


def _required(rule: Rule) -> tuple[Near, ...]:
    return tuple(near for near in rule.near if near.effect is Effect.REQUIRE)


def is_layered(general: Rule, special: Rule) -> bool:
    """A packaged set may name a situation closer than the packaged set it extends: two titles, on purpose."""
    folders = (general.file.parent, special.file.parent)
    return folders[0] != folders[1] and all(folder.parent == PACKAGED for folder in folders)
