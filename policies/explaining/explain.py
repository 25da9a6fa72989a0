"""One text under one rule set: what is found, what is not, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from ..engine import EVERY_RULE, MAX_CANDIDATES, MAX_HITS, Engine
from ..masking import mask_text
from ..matching.candidate import Candidate
from ..matching.filters import Found, is_plain
from ..model import CONTACT_WAYS, Earlier, Hit, How, Side, SubjectKind
from ..rules.spec import Rule
from .explanation import AllowSpan, ContactFound, Explanation, Obstacle, Path, Removal, Step
from .looks import default_reading, passed_over
from .obstacles import covered, excluded, placed
from .rule_lab import Place, RuleLab, Said
from .steps import steps_of
from .unheard import Unheard

MAX_CHARS = 20_000
"""Code points of a text that are explained; what lies beyond is cut off."""
MAX_PATHS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A candidate in its place."""

    found: Found
    form: str
    steps: tuple[Step, ...]
    removals: tuple[Removal, ...]


class Explainer:
    """Explains texts by one engine. Not for several threads at once."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._lab = RuleLab(engine.ruleset)
        self._unheard = Unheard(engine.ruleset)

    def explain(
        self,
        text: str,
        *,
        channel: str = "",
        side: Side = Side.UNKNOWN,
        previous: Sequence[str | Earlier] = (),
        kind: SubjectKind = SubjectKind.MESSAGE,
    ) -> Explanation:
        """Why the engine finds what it finds in `text`, and why not the rest. Parameters as in `Engine.hits`."""
        text = text[:MAX_CHARS]
        said = Said(text=text, side=side, previous=tuple(previous))
        rules = self.engine.ruleset.rules
        reading = default_reading(text)
        masked = mask_text(text)
        ways = sorted({span.kind.value for span in masked.spans if span.kind in CONTACT_WAYS})
        hits = self.engine.hits(text, channel=channel, side=side, previous=previous, kind=kind)
        by_rule, allowed = self._candidates(text)
        unheard: dict[int, list[Candidate]] = {}
        for candidate in self._unheard.search(reading):
            unheard.setdefault(candidate.entry.owner, []).append(candidate)
        numbers = {rule.id: owner for owner, rule in enumerate(rules)}
        with_names = {owner for owner, rule in enumerate(rules) if any(word.startswith("@") for word in rule.words)}
        owners = sorted({*by_rule, *unheard, *with_names, *(numbers[hit.rule_id] for hit in hits)})
        paths: list[Path] = []
        for owner in owners:
            own_hits = {(hit.start, hit.end, hit.word): hit for hit in hits if hit.rule_id == rules[owner].id}
            seen = self._seen(text, rules[owner], by_rule.get(owner, ()), allowed)
            for place, one in self._passed_up(unheard.get(owner, ())).items():
                seen.setdefault(place, one)
            if len(paths) < MAX_PATHS:
                barred = excluded(rules[owner], kind, channel, side)
                paths += self._paths(owner, seen, own_hits, barred, said, ways)
        paths.sort(key=lambda path: (not path.is_hit, path.start, path.end, path.rule_id, path.word))
        return Explanation(
            text=text,
            folded=reading.folded,
            searched=reading.searched,
            passed_over=passed_over(reading),
            contacts=tuple(
                ContactFound(start=s.start, end=s.end, kind=s.kind, masked=masked.masked[s.start : s.end])
                for s in masked.spans
            ),
            masked=masked.masked,
            allowed=tuple(allowed),
            paths=tuple(paths[:MAX_PATHS]),
            is_cut=len(paths) > MAX_PATHS,
            ruleset_version=self.engine.version,
        )

    def _candidates(self, text: str) -> tuple[dict[int, list[Candidate]], list[AllowSpan]]:
        by_rule: dict[int, list[Candidate]] = {}
        allowed: dict[AllowSpan, None] = {}
        for candidate in islice(self.engine.lexicon.doubtful(text), MAX_CANDIDATES):
            owner = candidate.entry.owner
            if not candidate.entry.is_allow:
                by_rule.setdefault(owner, []).append(candidate)
                continue
            positions = candidate.reading.positions(candidate.start, candidate.end)
            span = AllowSpan(
                start=positions[0],
                end=positions[-1] + 1,
                word=candidate.entry.word,
                rule_id=None if owner == EVERY_RULE else self.engine.ruleset.rules[owner].id,
                is_plain=is_plain(candidate),
            )
            allowed.setdefault(span)
        return by_rule, sorted(allowed, key=lambda span: (span.start, span.end, span.word))

    def _seen(
        self, text: str, rule: Rule, candidates: Iterable[Candidate], allowed: Sequence[AllowSpan]
    ) -> dict[Place, _Seen]:
        """Each word in each place once, the way that counts if there is one."""
        aliases = self.engine.ruleset.alias_forms
        chosen: dict[Place, tuple[Candidate, Found, tuple[Removal, ...]]] = {}
        for candidate in candidates:
            found, removals = placed(candidate, rule.profile)
            place = (found.start, found.end, found.word)
            if place not in chosen or (chosen[place][2] and not removals):
                chosen[place] = candidate, found, removals
        return {
            place: _Seen(
                found=found,
                form=candidate.entry.form,
                steps=steps_of(candidate, aliases, text),
                removals=(*removals, *covered(found, rule.id, allowed)),
            )
            for place, (candidate, found, removals) in chosen.items()
        }

    def _passed_up(self, candidates: Iterable[Candidate]) -> dict[Place, _Seen]:
        """Honest words that the search leaves out."""
        passed: dict[Place, _Seen] = {}
        for candidate in candidates:
            positions = candidate.reading.positions(candidate.start, candidate.end)
            word, how = candidate.entry.word, candidate.how or How.HOMOPHONE
            found = Found(start=positions[0], end=positions[-1] + 1, word=word, how=how)
            place = (found.start, found.end, word)
            belief = Removal(obstacle=Obstacle.BELIEF, words=(candidate.belief.name.lower(),))
            steps = steps_of(candidate, self.engine.ruleset.alias_forms, candidate.reading.text)
            passed.setdefault(place, _Seen(found=found, form=candidate.entry.form, steps=steps, removals=(belief,)))
        return passed

    def _paths(
        self,
        owner: int,
        seen: Mapping[Place, _Seen],
        hits: Mapping[Place, Hit],
        barred: tuple[Removal, ...],
        said: Said,
        ways: Sequence[str],
    ) -> list[Path]:
        rule = self.engine.ruleset.rules[owner]
        free = self._lab.free(owner, said)
        paths: list[Path] = []
        for place in {**hits, **free, **seen}:
            start, end, word = place
            one, hit = seen.get(place), hits.get(place)
            removals: tuple[Removal, ...] = ()
            if hit is None:
                removals = self._removals(owner, said, place, barred, one, free)
            how = hit.how if hit is not None else one.found.how if one is not None else free[place].how
            paths.append(
                Path(
                    rule_id=rule.id,
                    title=rule.title,
                    category=rule.category,
                    actions=rule.actions,
                    word=word,
                    form=one.form if one is not None else "",
                    start=start,
                    end=end,
                    evidence=said.text[start:end],
                    how=how,
                    steps=one.steps if one is not None else (),
                    removals=removals,
                    severity=() if hit is None else self._lab.severity(owner, said, hit, ways),
                    earlier=() if hit is None else hit.earlier,
                )
            )
        return paths

    def _removals(
        self,
        owner: int,
        said: Said,
        place: Place,
        barred: tuple[Removal, ...],
        one: _Seen | None,
        free: Mapping[Place, Hit],
    ) -> tuple[Removal, ...]:
        """Of a candidate that is no hit; never empty."""
        own = one.removals if one is not None else ()
        if place in free:
            more = self._lab.out_of_context(owner, said, place)
        elif own:
            more = ()
        else:
            more = (_beaten(place, free),)
        return (*barred, *own, *more) or (Removal(obstacle=Obstacle.LIMIT, words=(str(MAX_HITS),)),)


def _beaten(place: Place, free: Iterable[Place]) -> Removal:
    """By the overlap policy: the match that shares characters with it."""
    start, end, word = next((other for other in free if other[0] < place[1] and place[0] < other[1]), place)
    return Removal(obstacle=Obstacle.OVERLAP, start=start, end=end, words=(word,))


def explain(
    engine: Engine,
    text: str,
    *,
    channel: str = "",
    side: Side = Side.UNKNOWN,
    previous: Sequence[str | Earlier] = (),
    kind: SubjectKind = SubjectKind.MESSAGE,
) -> Explanation:
    """One text; for several make an `Explainer`."""
    return Explainer(engine).explain(text, channel=channel, side=side, previous=previous, kind=kind)
