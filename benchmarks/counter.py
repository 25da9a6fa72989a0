"""What of the messages in tests/evasion/counter is found, and which honest ones are called so.

`python -m benchmarks.counter`: by the words of tests/evasion/lexicon.txt and of the set, every view on. Recall by kind
and by the word's length, exact spans, what was missed, what was falsely found; as text.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Sequence

from tests.evasion.corpora import retail_words
from tests.evasion.counter_set import CounterMessage, disguised, honest

from .evasion import PLAIN
from .evasion_sets import lexicon_engine


def main() -> int:
    """Print figures."""
    print_found(disguised(), honest())
    return 0


def print_found(messages: Sequence[CounterMessage], talk: Sequence[str]) -> None:
    """What of `messages` is found, and what of `talk`, which is honest, is called so."""
    engine = lexicon_engine(tuple(dict.fromkeys((*retail_words(), *(one.word for one in messages)))))
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    missed: defaultdict[str, list[str]] = defaultdict(list)
    for one in messages:
        hits = engine.hits(one.text)
        found = any(hit.start < one.end and one.start < hit.end for hit in hits)
        exact = any((hit.start, hit.end) == (one.start, one.end) for hit in hits)
        for name in ("all", one.kind, f"{one.kind}, {min(len(one.word), 4)}"):
            counts[name].update(of=1, found=found, exact=exact)
        if not found:
            missed[one.kind].append(f"{one.word}<{one.text[one.start : one.end]}")
    for name, count in counts.items():
        print(f"{name:16}{count['of']:5} {count['found'] / count['of']:.3f} exact {count['exact'] / count['of']:.3f}")
    for kind, ones in missed.items():
        print(f"missed {kind} {len(ones)}:", *ones)
    false, plain = [], 0
    for text in talk:
        hits = engine.hits(text)
        guessed = [hit for hit in hits if hit.how not in PLAIN]
        plain += bool(hits) and not guessed
        false += [f"{text} ({hit.word}<{text[hit.start : hit.end]} {hit.how})" for hit in guessed[:1]]
    print(f"honest {len(talk)}: {len(false)} falsely found, {plain} say a word plainly")
    print(f"precision {counts['all']['found'] / (counts['all']['found'] + len(false)):.4f}", *false, sep="\n")


if __name__ == "__main__":
    sys.exit(main())
