"""Measures `scan` and `mask` on the held-out set: `python -m tests.heldout.measure [--quick] [--examples N]`.

Examples are of the open half only.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from .commands import mask, reviews, scan
from .messages import (
    Marked,
    disguised,
    disguised_contacts,
    honest,
    is_sealed,
    late,
    late_contacts,
    late_numbers,
    numbers,
    plain_contacts,
    traps,
)
from .operators import OPERATORS, Disguise, Family, disguise
from .tables import words
from .tallies import FalseAlarms, Tally, precision

HAND_FAMILIES = {
    "m": "mechanical",
    "h": "homophone",
    "p": "pinyin",
    "l": "lookalike",
    "s": "split",
    "x": "mixed",
    "a": "stand-in",
    "r": "reversed",
}


@dataclass(slots=True)
class Outcome:
    """Tallies by name in the order met, what was missed (open half), false alarms by corpus."""

    tallies: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    missed: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    alarms: defaultdict[str, FalseAlarms] = field(default_factory=lambda: defaultdict(FalseAlarms))
    texts: int = 0
    took_s: float = 0.0


def length_class(word: str) -> str:
    return {2: "2", 3: "3"}.get(len(word), "4+")


def by_operators(chosen: Sequence[str], seeds: int = 1) -> Outcome:
    tried = ((operator, word, seed) for operator in OPERATORS for word in chosen for seed in range(seeds))
    made = [one for one in (disguise(*attempt) for attempt in tried) if one is not None]
    answers, outcome = scan([one.text for one in made]), Outcome(texts=len(made))
    outcome.took_s = answers.took_s
    for one, hits in zip(made, answers.hits, strict=True):
        found = False
        for name in _names(one):
            found = outcome.tallies[name].add(one.text, ((one.start, one.end),), one.word, hits)
        if not found and not is_sealed(one.text):
            outcome.missed[one.operator].append(f"{one.word}←{one.text[one.start : one.end]}")
    return outcome


def _names(one: Disguise) -> tuple[str, ...]:
    length = length_class(one.word)
    every = (f"*{one.family}", f"*{one.family} {length}", one.operator, f"{one.operator} {length}")
    return every if one.family in {Family.REVERSED, Family.SOUTHERN} else ("*all", f"*all {length}", *every)


def by_hand() -> Outcome:
    marks, clean, lures = (*disguised(), *late()), honest(), traps()
    answers, outcome = scan([*(one.text for one in marks), *clean, *lures]), Outcome()
    outcome.texts, outcome.took_s = len(answers.hits), answers.took_s
    for at, (one, hits) in enumerate(zip(marks, answers.hits, strict=False)):
        family = HAND_FAMILIES[one.kind]
        if at >= len(disguised()):
            outcome.tallies["late"].add(one.text, one.spans, one.word, hits)
            outcome.tallies[f"late {family}"].add(one.text, one.spans, one.word, hits)
            continue
        names = ["all", f"all {length_class(one.word)}", family]
        if family not in {"stand-in", "reversed"}:
            names.append("without stand-ins, reversed")
        found = False
        for name in names:
            found = outcome.tallies[name].add(one.text, one.spans, one.word, hits)
        if not found and not is_sealed(one.text):
            outcome.missed[family].append(f"{one.word}←{_parts(one)}")
    for name, texts, found_hits in (
        ("honest", clean, answers.hits[len(marks) : len(marks) + len(clean)]),
        ("traps", lures, answers.hits[len(marks) + len(clean) :]),
    ):
        for text, hits in zip(texts, found_hits, strict=True):
            outcome.alarms[name].add(text, hits)
    return outcome


def _parts(one: Marked) -> str:
    return "/".join(one.text[start:end] for start, end in one.spans)


def by_reviews() -> Outcome:
    texts = reviews()
    answers, outcome = scan(texts), Outcome(texts=len(texts))
    outcome.took_s = answers.took_s
    for text, hits in zip(texts, answers.hits, strict=True):
        outcome.alarms["reviews"].add(text, hits)
    return outcome


def by_contacts() -> Outcome:
    marks, clean = (
        {"plain": plain_contacts(), "disguised": disguised_contacts(), "late": late_contacts()},
        {
            "numbers": numbers(),
            "late numbers": late_numbers(),
            "honest": (*honest(), *traps()),
        },
    )
    marked_by = [(group, one) for group, ones in marks.items() for one in ones]
    clean_by = [(group, text) for group, texts in clean.items() for text in texts]
    answers = mask([*(one.text for _, one in marked_by), *(text for _, text in clean_by)])
    outcome = Outcome(texts=len(answers.hits), took_s=answers.took_s)
    for (group, one), hits in zip(marked_by, answers.hits, strict=False):
        for span in one.spans:
            for name in (group, f"{group} {one.kind}"):
                outcome.tallies[name].add(one.text, (span,), one.kind, hits)
            covered = any(hit.start <= span[0] and span[1] <= hit.end for hit in hits)
            if not covered and group != "late" and not is_sealed(one.text):
                touched = [one.text[hit.start : hit.end] for hit in hits if hit.touches((span,))]
                outcome.missed[group].append(f"{one.kind}: {one.text!r} {touched or ''}")
        wrong = [hit for hit in hits if hit.name not in {"name", "address"} and not hit.touches(one.spans)]
        outcome.alarms[f"{group}: outside the marks"].add(one.text, wrong)
    for (group, text), hits in zip(clean_by, answers.hits[len(marked_by) :], strict=True):
        outcome.alarms[group].add(text, hits)
    return outcome


def _print(title: str, outcome: Outcome, examples: int) -> None:
    print(f"\n## {title}: {outcome.texts} texts in {outcome.took_s:.1f} s")
    if outcome.tallies:
        print(f"{'':28} asked  found  named  exact  covered  open  sealed")
    for name in sorted(outcome.tallies, key=lambda name: (not name.startswith("*"), name)):
        tally = outcome.tallies[name]
        hows = " ".join(f"{how}:{count}" for how, count in tally.hows.most_common(4))
        print(f"{name:28}{tally.row()}  {hows}")
    found = outcome.tallies["all"].found if "all" in outcome.tallies else 0
    for name, alarms in outcome.alarms.items():
        told = f"; precision {precision(found, len(alarms.texts)):.4f}" if found else ""
        print(f"{name}: {alarms.row()}{told}")
        for line in alarms.shown()[: 0 if name.startswith("late") else examples]:
            print(f"- false in {name}: {line}")
    for name, missed in outcome.missed.items():
        print(f"- missed {name} ({len(missed)}): " + " · ".join(missed[:examples]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the reviews")
    parser.add_argument("--seeds", type=int, default=1, help="disguises of each word by each operator")
    parser.add_argument("--examples", type=int, default=12)
    options = parser.parse_args()
    _print("Written by hand", by_hand(), options.examples)
    _print("Contacts", by_contacts(), options.examples)
    _print("Operators", by_operators(words(), options.seeds), options.examples)
    if not options.quick:
        _print("Reviews", by_reviews(), options.examples)


if __name__ == "__main__":
    main()
