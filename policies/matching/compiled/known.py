"""What the compiled pass knows: of honest talk, and of the keys of one view. Arrays, as machine code has them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...folding.arrays import Points

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Places = NDArray[np.int32]
Wides = NDArray[np.uint64]

TARGET, ALIKE, ANY_WRITING, NEEDS_RUN, PART, NEEDS_APART = 1, 2, 4, 8, 16, 32
"""Of a key as it is drawn: words behind it; some of them also drawn otherwise, or with wildcards; all of them with
runs; a part of characters; all of them two characters that a mark between them parts unless they stand out."""
UNWEIGHED, NEEDS_RUNS = 64, 128
"""Of a key by another reading: a word behind it is written in characters that are not its own; all have runs."""
SPELLED, WITHOUT_RUNS = 8, 16
"""Where in a record the beliefs for words in letters or parts begin, and those that do where nothing is a run."""
SURELY_KNOWN = 3
"""Characters, at most, by which a key is known in a first look; see `beginnings`."""
UNUSUAL = 1
"""The belief that asks for less than two characters that never follow each other: the caller looks."""
LONG = 4
"""From so many characters on a drawing is believed."""


class Talk(NamedTuple):
    """What is known of honest talk and of characters, the same for all views."""

    usual: Wides
    bond_starts: NDArray[np.uint32]
    bond_followers: NDArray[np.uint16]
    bond_halves: Bytes
    openness: Bytes
    is_alnum: Bytes
    """By folded code point."""
    demands: Ints
    """A line for each belief, as in `belief.Demand`."""
    list_marks: Points
    """As `filters.LIST_MARKS`."""
    seen_marks: Points
    """As `filters.SEEN_MARKS`."""
    cue_begins: Bytes
    """By folded code point: whether a cue begins with it."""
    cues: Wides
    """Cues by their hashes, as `Keys.slots`."""
    likeness: Bytes
    """Bits by hash: whether two characters are taken for each other by their drawing."""
    trie: NDArray[np.int16]
    """For each beginning of a syllable and each letter the longer beginning, 0 for none; 0 is the empty one."""
    trie_codes: NDArray[np.uint32]
    """For each beginning that is a syllable its codes, one or two; 0 for none."""


class Keys(NamedTuple):
    """What is looked for in one view of texts."""

    rows: Points
    """A row for each code point: the kept one or PASSED_OVER, then that one in each way to read: as drawn, by each ear,
    by families, by the plain ear where it is none of those."""
    folded_of: Points
    collapses: int
    drawn: Points
    sounds: Points
    """By kept code point: as drawn, and by the plain ear."""
    views: int
    """Ways to read that have keys."""
    plain: int
    """The way to read that is by the plain ear."""
    singles: Bytes
    """By kept code point: whether it is a key of one character; empty for none."""
    begun: Wides
    """Of keys as they are drawn what `hashing.holds` is asked: whether two characters are one, or three are or begin
    one."""
    kinds: NDArray[np.uint64]
    """The same for each other way to read, as `hashing.kinds_held` is asked."""
    kinds_shifts: Wides
    ends: NDArray[np.uint64]
    """For each way to read, of keys of three characters and more: whether they are one."""
    begun_bits: int
    slots: Wides
    """Keys by their hashes, open addressing, as `slot_of` has them; 0 for a free one."""
    slot_bits: int
    longest: int
    """Characters of the longest key."""
    records: Wides
    """A row for each key. The hash of the only word behind it as it is written, 0 when there are several. Then in bits:
    as drawn, of what kind; otherwise the beliefs that may do, a bit for each, and NEEDS_RUNS; from SPELLED on the
    beliefs for words in letters or parts."""
    ears: int
    """Ways to read between the first and that of families."""
    mix_pairs: Wides
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
    has_latin: int
    """Whether some word by its syllables begins with a Latin letter."""
    sound_salt: int
    """Of words by their syllables."""
    doubled: Bytes
    """By kept code point: whether parts hold it twice in a row; empty for none."""
    part_starts: Ints
    """For each key that is drawn like parts where the characters begin that those may be, in the next three."""
    part_codes: NDArray[np.uint32]
    part_chars: Points
    part_hashes: Wides
    """Of the parts as they are written."""
