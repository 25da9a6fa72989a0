"""What the compiled pass knows: of honest talk, and of the keys of one view. Arrays, as machine code has them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...folding.arrays import Points

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Places = NDArray[np.int32]
Wides = NDArray[np.uint64]

TARGET, ALIKE, ANY_WRITING, NEEDS_RUN, PART = 1, 2, 4, 8, 16
"""Of a key as it is drawn: words behind it; some of them also drawn otherwise, or with wildcards; all of them with
runs; a part of characters."""
NEEDS_RUNS = 128
"""Of a key by another reading: all its words have runs."""
SHORT_KEY, LONGER_KEY, SURE_KEY = 1, 2, 4
"""Of a hash of characters: a key ends with them, some go on; one ends that honest writings may be as well."""
LONG = 4
"""From so many characters on keys share a table."""


class Talk(NamedTuple):
    """What is known of honest talk and of characters, the same for all views."""

    usual: Bytes
    bond_starts: NDArray[np.uint32]
    bond_followers: NDArray[np.uint16]
    bond_halves: Bytes
    openness: Bytes
    is_alnum: Bytes
    """By folded code point."""
    demands: Ints
    """A line for each belief, as in `belief.Demand`."""
    cue_begins: Bytes
    """By folded code point: whether a cue begins with it."""
    cues: Wides
    """Hashes of cues, open addressing as `Keys.slots`."""
    cue_numbers: NDArray[np.int32]
    likeness: Bytes
    """Bits by hash: whether two characters are taken for each other by their drawing."""
    trie: NDArray[np.int16]
    """For each beginning of a syllable and each letter the longer beginning, 0 for none; 0 is the empty one."""
    trie_codes: NDArray[np.uint32]
    """For each beginning that is a syllable its codes, one or two; 0 for none."""


class Keys(NamedTuple):
    """What is looked for in one view of texts."""

    kept_of: Points
    folded_of: Points
    collapses: int
    coded: NDArray[np.uint32]
    """A line of code points for each way to read: as drawn, by each ear, by families; last the plain ear's."""
    singles: Bytes
    """By code point as drawn: whether it is a key; empty for none."""
    pairs: Bytes
    triples: Bytes
    quads: Bytes
    bits: int
    slots: Wides
    """Hashes of keys, open addressing, 0 for a free one."""
    slot_keys: NDArray[np.int32]
    slot_bits: int
    is_length: Bytes
    """For each length whether some key has it; its own length is one more than the longest."""
    flags: Bytes
    """Of each key: as drawn, of what kind; otherwise the beliefs that may do, a bit for each, and NEEDS_RUNS."""
    spelled: Bytes
    """The same of keys by their syllables, for words in letters or parts."""
    soles: Wides
    """The hash of the only word behind a key as it is written; 0 when there are several."""
    ears: int
    """Lines of `coded` between the first and that of families."""
    mix_pairs: Bytes
    mix_flags: Bytes
    mix_numbers: Points
    mix_starts: NDArray[np.int32]
    """For each of these numbers where the characters begin that a word has in the place left out."""
    mix_chars: Points
    spells: int
    """Whether words may be written in letters or parts."""
    promised: Bytes
    """For two codes of syllables whether a word has them side by side."""
    word_starts: NDArray[np.int32]
    """For each key where the characters of its words begin in `word_chars`, where they are asked for."""
    word_chars: Points
    longest_sound: int
    sound_salt: int
    """Of words by their syllables."""
    part_starts: Ints
    part_codes: NDArray[np.uint32]
    part_chars: Points
