"""The tables of honest talk for the compiled pass, made once."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...folding.arrays import BARRIER, code_points, usual_words
from ...folding.bonds import known_bonds
from ...folding.likeness import drawn_alike, known_drawings
from ...folding.sounds import Ear, codes
from ..belief import CUES, Belief, demand_of
from ..filters import LIST_MARKS, SEEN_MARKS
from .hashed import hashes_of
from .hashing import LIKENESS_BITS, PLAIN_SALT, fill
from .known import Bytes, Talk
from .talk import CUE_BITS
from .together import together


@lru_cache(maxsize=1)
def talk() -> Talk:
    """What is packaged, made when it is first asked for."""
    bonds = known_bonds()
    cue_begins = np.zeros(BARRIER + 1, dtype=np.uint8)
    cue_begins[[ord(cue[0]) for cue in CUES]] = 1
    cues = np.zeros(1 << CUE_BITS, np.uint64)
    fill(cues, CUE_BITS, hashes_of(CUES, PLAIN_SALT), np.arange(len(CUES)))
    trie, trie_codes = _trie(codes(Ear.PLAIN).spelled)
    found = Talk(
        usual=usual_words(),
        bond_starts=np.array(bonds.starts, dtype=np.uint32),
        bond_followers=np.array(bonds.followers, dtype=np.uint16),
        bond_halves=np.frombuffer(bonds.halves, dtype=np.uint8),
        openness=np.frombuffer(bonds.openness, dtype=np.uint8),
        is_alnum=np.fromiter(map(str.isalnum, map(chr, range(BARRIER + 1))), dtype=np.uint8, count=BARRIER + 1),
        demands=np.array([_demand(belief) for belief in Belief], dtype=np.int64),
        list_marks=code_points("".join(sorted(LIST_MARKS))),
        seen_marks=code_points("".join(sorted(SEEN_MARKS))),
        cue_begins=cue_begins,
        cues=cues,
        likeness=_likeness(),
        trie=trie,
        trie_codes=trie_codes,
    )
    return together(found)


def _demand(belief: Belief) -> tuple[int, ...]:
    demand = demand_of(belief)
    if demand is None:
        return (0, 0, 0, 0, 0, 0, 0)
    return demand.least, demand.kept, demand.cued, demand.openness, demand.edge, demand.weight, demand.near


def _likeness() -> Bytes:
    chars = known_drawings()
    alike = list(map(drawn_alike, chars))
    first = np.repeat(code_points("".join(chars)), list(map(len, alike))).astype(np.uint64)
    second = code_points("".join(alike)).astype(np.uint64)
    bits = (first * np.uint64(0x9E3779B1) ^ second) * np.uint64(0xC2B2AE3D27D4EB4F) >> np.uint64(64 - LIKENESS_BITS)
    found = np.zeros(1 << LIKENESS_BITS, dtype=np.uint8)
    found[bits] = 1
    return np.packbits(found, bitorder="little")


def _trie(spelled: Mapping[str, str]) -> tuple[NDArray[np.int16], NDArray[np.uint32]]:
    numbers: dict[str, int] = {"": 0}
    known = {syllable: found for syllable, found in spelled.items() if syllable.isascii() and syllable.isalpha()}
    for syllable in known:
        for end in range(1, len(syllable) + 1):
            numbers.setdefault(syllable[:end], len(numbers))
    trie = np.zeros((len(numbers), 26), dtype=np.int16)
    for beginning, number in numbers.items():
        if beginning:
            trie[numbers[beginning[:-1]], ord(beginning[-1]) - ord("a")] = number
    found = np.zeros((len(numbers), 2), dtype=np.uint32)
    for syllable, meant in known.items():
        found[numbers[syllable], : len(meant)] = list(map(ord, meant))
    return trie, found
