"""What honest talk is taken for: the rules as they are, with all their conditions, on messages that mean no harm."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..engine import Engine
from ..model import Hit, How, Subject, SubjectKind
from .finding import Code, Finding
from .rule_words import Places

EXAMPLE_CHARS = 40


@dataclass(slots=True)
class _Tally:
    count: int = 0
    examples: list[tuple[Hit, str]] = field(default_factory=list)


def honest_hits(engine: Engine, texts: Sequence[str], places: Places) -> Iterator[Finding]:
    """One for each rule that speaks of any of the texts, the number of texts and the first of them."""
    subjects = [Subject(kind=SubjectKind.MESSAGE, channel="", text=text) for text in texts]
    tallies: dict[str, _Tally] = {}
    for text, verdicts in zip(texts, engine.evaluate_many(subjects), strict=True):
        for verdict in verdicts:
            # A rule that judges messages has words, so its verdict has hits.
            tally = tallies.setdefault(verdict.rule_id, _Tally())
            tally.count += 1
            tally.examples.append((verdict.hits[0], text))
    rules = {rule.id: rule for rule in engine.ruleset.rules}
    for rule_id, tally in tallies.items():
        hit, text = next((one for one in tally.examples if one[0].how is not How.EXACT), tally.examples[0])
        yield places.warning(
            rules[rule_id],
            Code.HONEST_HIT,
            hit.word,
            how=hit.how.value,
            surface=text[hit.start : hit.end],
            text=text[:EXAMPLE_CHARS],
            count=str(tally.count),
            total=str(len(texts)),
        )
