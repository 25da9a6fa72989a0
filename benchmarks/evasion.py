"""What of disguised words is found, and what of honest talk is called so: benchmarks/results/evasion.json.

Three rule sets: `lexicon`, 500 plain words of retail with every view on; `reversed`, the same ones with reading
backwards as well; `packs`, the packaged rules, with those of their words that a plain sentence shows. A group's figures
stand under its name, an operator's under `by.`: `recall`, a hit over the disguise; `exact`, a hit with exactly its
span. `dev` are messages written by hand (tests/data/disguised). Reviews are real ones, clean of what shops forbid but
for a few that say such a word plainly: those count as `plain`, the others, found through a disguise that nobody meant,
as `false`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from policies.engine import Engine
from policies.model import Hit, How, Side
from tests.evasion.carriers import Sample, negatives, samples
from tests.evasion.corpora import MissingCorpusError, clean_reviews, retail_words
from tests.evasion.dev_set import DevMessage, dev_messages
from tests.evasion.operators import Group

from .evasion_sets import lexicon_engine, pack_words, packaged_engine

SEED: Final = 20
NEGATIVES: Final = 5_000
PLAIN: Final = frozenset((How.EXACT, How.FOLDED))
GOALS: Final = {
    Group.MECHANICAL: 0.99,
    Group.HOMOPHONE: 0.95,
    Group.PINYIN: 0.92,
    Group.LOOKALIKE: 0.90,
    Group.SPLIT: 0.80,
    Group.REVERSED: 0.80,
}
LONG: Final = 3
"""From so many characters on a word's homophones are on without a check against clean text."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of one operator or of a group."""

    samples: int = 0
    found: int = 0
    exact: int = 0

    def count(self, sample: Sample, hits: Sequence[Hit]) -> None:
        self.samples += 1
        self.found += any(hit.start < sample.end and sample.start < hit.end for hit in hits)
        self.exact += any((hit.start, hit.end) == (sample.start, sample.end) for hit in hits)


async def run() -> dict[str, float | int | str]:
    """Seeded: the same samples each time. A rule set's figures begin with its name."""
    figures: dict[str, float | int | str] = {}
    words = retail_words()
    plain = lexicon_engine(words)
    figures |= _measured("lexicon", plain, [s for s in samples(words, seed=SEED) if s.group is not Group.REVERSED])
    backwards = lexicon_engine(words, reads_backwards="true")
    figures |= _measured("reversed", backwards, [s for s in samples(words, seed=SEED) if s.group is Group.REVERSED])
    packs = packaged_engine()
    figures["packs.version"] = packs.version
    known = pack_words(packs)
    figures["packs.words"] = len(known)
    figures |= _measured("packs", packs, [s for s in samples(known, seed=SEED) if s.group is not Group.REVERSED])
    figures |= dev_figures(packs, dev_messages())
    for name, engine in (("lexicon", plain), ("reversed", backwards), ("packs", packs)):
        figures |= _on_reviews(name, engine)
    return figures


def _measured(name: str, engine: Engine, chosen: Sequence[Sample]) -> dict[str, float | int | str]:
    by_operator: defaultdict[str, Tally] = defaultdict(Tally)
    by_group: defaultdict[str, Tally] = defaultdict(Tally)
    every = Tally()
    for sample in chosen:
        hits = engine.hits(sample.text)
        length = "" if len(sample.word) >= LONG else ".short_words"
        for tally in (every, by_operator[sample.operator], by_group[f"{sample.group}{length}"]):
            tally.count(sample, hits)
    false = [text for text in negatives(seed=SEED, count=NEGATIVES) if engine.hits(text)]
    figures: dict[str, float | int | str] = {f"{name}.samples": every.samples}
    figures |= _told(f"{name}.all", every)
    for group, goal in GOALS.items():
        for length in ("", ".short_words"):
            if f"{group}{length}" in by_group:
                figures |= _told(f"{name}.{group}{length}", by_group[f"{group}{length}"])
        if group.value in by_group:
            figures[f"{name}.{group}.goal"] = goal
    for operator, tally in by_operator.items():
        figures |= _told(f"{name}.by.{operator}", tally)
    positives = every.found / every.samples
    figures[f"{name}.false_per_10k_negatives"] = len(false) / NEGATIVES * 10_000
    figures[f"{name}.precision"] = positives / (positives + len(false) / NEGATIVES) if positives else 0.0
    return figures


def _told(name: str, tally: Tally) -> dict[str, float | int | str]:
    return {f"{name}.recall": tally.found / tally.samples, f"{name}.exact": tally.exact / tally.samples}


def _on_reviews(name: str, engine: Engine) -> dict[str, float | int | str]:
    try:
        reviews = clean_reviews()
    except MissingCorpusError as error:
        return {f"{name}.reviews": str(error)}
    plain, false = 0, 0
    blamed: Counter[str] = Counter()
    for review in reviews:
        hits = engine.hits(review)
        disguised = [hit for hit in hits if hit.how not in PLAIN]
        false += bool(disguised)
        plain += bool(hits) and not disguised
        blamed.update({f"{hit.word}←{review[hit.start : hit.end]}({hit.how})" for hit in disguised})
    return {
        f"{name}.reviews": len(reviews),
        f"{name}.plain_per_10k_reviews": plain / len(reviews) * 10_000,
        f"{name}.false_per_10k_reviews": false / len(reviews) * 10_000,
        f"{name}.goal_false_per_10k_reviews": 2,
        f"{name}.false_from": "; ".join(f"{what} {count}" for what, count in blamed.most_common(12)),
    }


def dev_figures(engine: Engine, messages: Iterable[DevMessage]) -> dict[str, float | int | str]:
    """Recall by label and precision on messages written by hand."""
    by_label: defaultdict[str, list[bool]] = defaultdict(list)
    split: list[bool] = []
    for message in messages:
        hits = engine.hits(message.text, side=Side(message.sender), previous=message.prev)
        by_label[message.label].append(bool(hits))
        if message.prev:
            split.append(bool(hits))
    honest = by_label.pop("honest")
    found = [is_hit for hits in by_label.values() for is_hit in hits]
    return {
        "dev.disguised": len(found),
        "dev.honest": len(honest),
        "dev.recall": sum(found) / len(found),
        "dev.goal_recall": 0.95,
        "dev.precision": sum(found) / (sum(found) + sum(honest)) if any(found) else 0.0,
        "dev.goal_precision": 0.98,
        "dev.over_messages.recall": sum(split) / len(split),
        **{f"dev.{label}.recall": sum(hits) / len(hits) for label, hits in sorted(by_label.items())},
    }
