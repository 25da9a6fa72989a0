"""What is found, and what of reviews is called a disguise, by tables of honest talk that do not know those reviews.

`python -m benchmarks.held_out [FILE …]`. The reviews are parted into FOLDS; each part is judged by tables counted from
the others, in a process of its own. Needs jieba besides the test dependencies (scripts/build_clean_table.py). Measured
are tests/evasion/lexicon.txt and each FILE of words. False messages are given in 10,000, by kind and length of the word
too; the rest is recall.
"""

import json
import sys
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final
from unittest.mock import patch

FOLDS: Final = 5
LEXICONS: Final = Path(__file__).resolve().parent.parent / "tests" / "evasion"
SEED: Final = 20


def judged(part: int, lexicons: list[str]) -> dict[str, dict[str, list[int]]]:
    """Of each lexicon: [found, of how many] by what is counted."""
    from policies.folding import bonds, clean
    from scripts.build_clean_table import files, reviews

    every = reviews()
    data = files([text for at, text in enumerate(every) if at % FOLDS != part])
    lines = tuple(line for line in data["clean_pairs.txt"].decode().splitlines() if not line.startswith("#"))
    held = bonds.bonds_of(data["clean_bonds.bin"])
    bits = data["clean_pairs.bin"]
    patch.object(clean, "levels", lambda: lines).start()
    patch.object(clean, "filter_words", lambda: clean.words_of(bits)).start()
    patch.object(bonds, "known_bonds", lambda: held).start()
    from benchmarks.evasion import PLAIN
    from benchmarks.evasion_sets import lexicon_engine
    from tests.evasion.carriers import samples
    from tests.evasion.operators import Group

    found: dict[str, dict[str, list[int]]] = {}
    for name in lexicons:
        words = _words(Path(name))
        engine = lexicon_engine(words)
        counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        blamed: Counter[str] = Counter()
        for review in every[part::FOLDS]:
            hits = [hit for hit in engine.hits(review) if hit.how not in PLAIN]
            counts["false"][0] += bool(hits)
            counts["false"][1] += 1
            for kind in {f"false {hit.how} {min(len(hit.word), 4)}" for hit in hits}:
                counts[kind][0] += 1
            blamed.update(f"{hit.word}←{review[hit.start : hit.end]}" for hit in hits)
        for sample in samples(words, seed=SEED + part):
            if sample.group is not Group.REVERSED:
                hits_ = engine.hits(sample.text)
                hit = any(one.start < sample.end and sample.start < one.end for one in hits_)
                for key in (sample.group.value, f"{sample.group.value} {min(len(sample.word), 3)}"):
                    counts[key][0] += hit
                    counts[key][1] += 1
        found[name] = dict(counts)
        print(Path(name).stem, part, *blamed, file=sys.stderr)
    return found


def _words(path: Path) -> tuple[str, ...]:
    lines = path.read_text("utf-8").splitlines()
    return tuple(dict.fromkeys(word for line in lines if line[:1] not in ("#", "[") for word in line.split()))


def main() -> int:
    """Print figures as JSON."""
    lexicons = [str(LEXICONS / "lexicon.txt"), *sys.argv[1:]]
    total: dict[str, defaultdict[str, list[int]]] = {name: defaultdict(lambda: [0, 0]) for name in lexicons}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        for part in pool.map(judged, range(FOLDS), [lexicons] * FOLDS):
            for name, counts in part.items():
                for key, (some, every) in counts.items():
                    total[name][key][0] += some
                    total[name][key][1] += every
    figures = {}
    for name, counts in total.items():
        reviews = counts["false"][1]
        scale = 10_000 / reviews
        figures[Path(name).stem] = {"words": len(_words(Path(name)))} | {
            key: round(some * scale if key.startswith("false") else some / every, 3)
            for key, (some, every) in sorted(counts.items())
        }
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
