"""Words of two and three syllables that everyday words sound like: whether those are taken for them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from ..contacts.everyday import everyday_words
from ..folding.sounds import Codes, Ear, codes, is_han
from ..matching.entries import Entry
from ..matching.entry import written
from ..matching.matcher import Matcher
from ..matching.profile import Homophone, MatchProfile, Syntax
from ..model import How
from .finding import Code, Finding
from .rule_words import Places, RuleWords, SetWords

FRAMES = ("{}", "我们先{}吧", "这个{}好不好", "加我{}", "给你{}")
"""What is said around the everyday word: nothing, talk, and talk with a cue of dealings."""
LONGEST = 3
MOST_TOLD = 3
MOST_SUSPECTS = 2_000
"""Forms of a rule set that are tried."""


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A form of a word and the everyday words that sound like it."""

    owner: RuleWords
    word: str
    form: str
    honest: tuple[str, ...]


def sounding_honest(words: SetWords, places: Places) -> Iterator[Finding]:
    """A warning for a word that everyday words are taken for, a note for one that they are told apart from."""
    suspects = islice((suspect for one in words.rules for suspect in _suspects(one, words.allowed)), MOST_SUSPECTS)
    by_profile: dict[MatchProfile, list[_Suspect]] = {}
    for suspect in suspects:
        by_profile.setdefault(suspect.owner.rule.profile, []).append(suspect)
    for profile, same in by_profile.items():
        matcher = Matcher(list(dict.fromkeys(s.form for s in same)), (), replace(profile, syntax=Syntax.LITERAL))
        told: set[tuple[str, str]] = set()
        for suspect in same:
            rule = suspect.owner.rule
            if (rule.id, suspect.word) in told:
                continue
            taken = [
                (honest, frame)
                for honest in suspect.honest
                for frame in FRAMES
                if _is_taken(matcher, suspect.form, honest, frame)
            ]
            told.add((rule.id, suspect.word))
            if taken:
                honest = ", ".join(dict.fromkeys(word for word, _ in taken[:MOST_TOLD]))
                text = taken[0][1].format(taken[0][0])
                yield places.warning(
                    rule, Code.SOUNDS_HONEST, suspect.word, form=suspect.form, honest=honest, text=text
                )
            else:
                honest = ", ".join(suspect.honest[:MOST_TOLD])
                yield places.note(rule, Code.SOUND_CLOSE, suspect.word, form=suspect.form, honest=honest)


def _suspects(one: RuleWords, allowed: Iterable[Entry]) -> Iterator[_Suspect]:
    heard = one.rule.profile.disguises.homophone
    if heard is Homophone.OFF:
        return
    ear = Ear.FUZZY if heard is Homophone.FUZZY else Ear.PLAIN
    covering = "\n".join(entry.key for entry in (*one.allowed, *allowed))
    own = {entry.key for entry in one.words}
    by_sound = _everyday_by_sound(ear)
    for entry in one.words:
        chars = written(entry)
        if not 1 < len(chars) <= LONGEST or not all(map(is_han, chars)) or entry.wild is not None:
            continue
        honest = tuple(
            word
            for word in by_sound.get(chars.translate(codes(ear).table), ())
            if word != chars and word not in own and word not in covering
        )
        if honest:
            yield _Suspect(one, entry.word, entry.form, honest)


@lru_cache(maxsize=2)
def _everyday_by_sound(ear: Ear) -> dict[str, tuple[str, ...]]:
    heard: Codes = codes(ear)
    found: dict[str, list[str]] = {}
    for word in sorted(everyday_words()):
        found.setdefault(word.translate(heard.table), []).append(word)
    return {sound: tuple(same) for sound, same in found.items()}


def _is_taken(matcher: Matcher, form: str, honest: str, frame: str) -> bool:
    start = frame.index("{")
    return any(
        found.word == form and found.how is How.HOMOPHONE and (found.start, found.end) == (start, start + len(honest))
        for found in matcher.find(frame.format(honest))
    )
