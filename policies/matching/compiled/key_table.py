"""The tables of one view's entries for the compiled pass."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...folding.arrays import BARRIER, Points, code_points, fold_array, kept_array, shape_array, sound_array
from ...folding.shapes import Likeness
from ...folding.sounds import Ear
from ..belief import Belief
from ..entry import Entry
from ..filters import SHORTEST
from ..profile import GapRule
from ..soundalikes import Heard, Soundalikes, Sounds, listens
from .hashed import Hashed, hashes_of
from .hashing import PLAIN_SALT, SPELLED_SALT
from .known import (
    ALIKE,
    ANY_WRITING,
    NEEDS_APART,
    NEEDS_RUN,
    NEEDS_RUNS,
    PART,
    SPELLED,
    TARGET,
    UNWEIGHED,
    WITHOUT_RUNS,
    Bytes,
    Ints,
    Keys,
    Wides,
)

if TYPE_CHECKING:
    from ..lexicon import Part, Target


class _Columns:
    """What is known of each key, by its number."""

    def __init__(self) -> None:
        self.hashed = Hashed()
        self._flags: list[int] = []
        self._spelled: list[int] = []
        self.behind: list[Sequence[str]] = []
        """The words behind it, where somebody asks."""
        self._soles: list[tuple[int, str]] = []

    def add_drawn(self, part: "Part") -> None:
        """Words and parts of characters, as they are drawn."""
        words = drawn_keys(part)
        for at, word in enumerate(words):
            written = {target.key for target in part.targets.get(word, ())}
            if len(written) == 1:
                self._soles.append((at, written.pop()))
        self._add(words, 0, [_kind(part, word) for word in words])

    def add_heard(self, one: Soundalikes, view: int) -> None:
        """Words by their syllables."""
        items = one.index.items
        beliefs = [_beliefs(one.ear, same) for same in items.values()]
        behind = [[heard.chars for heard in same] for same in items.values()]
        self._add_soles(behind)
        spelled = list(map(_beliefs_spelled, items.values())) if one.ear is Ear.PLAIN else ()
        sure = {key for key, belief in zip(items, beliefs, strict=True) if belief & (1 | 1 << Belief.UNUSUAL)}
        self._add(list(items), view, beliefs, behind, spelled, sure)

    def add_drawings(self, items: Mapping[str, Sequence[Entry]], view: int) -> None:
        """Words by the families of their characters."""
        flags = [NEEDS_RUNS if all(entry.runs is not None for entry in same) else 0 for same in items.values()]
        behind = [[entry.key for entry in same] for same in items.values()]
        self._add_soles(behind)
        self._add(list(items), view, flags, behind)

    def add_spelled(self, sounds: Sounds) -> None:
        """Words by their syllables, looked for in letters and parts only."""
        spelled = list(map(_beliefs_spelled, sounds.items.values()))
        self._add(list(sounds.items), SPELLED_SALT, [0] * len(sounds.items), (), spelled)

    def _add_soles(self, behind: Sequence[Sequence[str]]) -> None:
        """Of keys that are added next, each with the words behind it."""
        self._soles += [(len(self._flags) + at, words[0]) for at, words in enumerate(behind) if len(words) == 1]

    def _add(
        self,
        words: Sequence[str],
        salt: int,
        flags: Sequence[int],
        behind: Sequence[Sequence[str]] = (),
        spelled: Sequence[int] = (),
        sure: Set[str] = frozenset(),
    ) -> None:
        self.hashed.add(words, salt, sure)
        self._flags += flags
        self.behind += behind or [()] * len(words)
        self._spelled += spelled or [0] * len(words)

    def records(self) -> Wides:
        """As `Keys.records`."""
        found = np.zeros((len(self._flags), 2), dtype=np.uint64)
        if self._soles:
            found[[at for at, _ in self._soles], 0] = hashes_of([chars for _, chars in self._soles], PLAIN_SALT)
        found[:, 1] = self._flags
        found[:, 1] |= np.array(self._spelled, dtype=np.uint64) << np.uint64(SPELLED)
        return found


def soles_of(part: "Part") -> list[Entry | None]:
    """For each key as it is drawn the entry, where it is the only one there and one that stands as it is."""
    found: list[Entry | None] = []
    for word in drawn_keys(part):
        target, *others = part.targets.get(word, (None,))
        is_sole = isinstance(target, Entry) and not others and target.runs is None and target.wild is None
        found.append(target if isinstance(target, Entry) and is_sole else None)
    return found


def drawn_keys(part: "Part") -> list[str]:
    """Words and parts of characters as they are drawn, in the order of their numbers."""
    return [word for word in dict.fromkeys([*part.targets, *part.parts]) if len(word) > 1]


def keys_of(part: "Part") -> Keys:
    """The tables of a view's entries."""
    view, disguised = part.lens.view, part.disguised
    mixtures, speller, drawings = disguised.mixtures, disguised.speller, disguised.lookalikes
    drawn = shape_array(Likeness.ALIKE) if part.has_alike else _identity()
    lines, plain = [drawn], 0
    columns = _Columns()
    columns.add_drawn(part)
    sound_salt = SPELLED_SALT
    for one in disguised.soundalikes:
        sound_salt = len(lines) if one.ear is Ear.PLAIN else sound_salt
        plain = len(lines) if one.ear is Ear.PLAIN else plain
        columns.add_heard(one, len(lines))
        lines.append(sound_array(one.ear))
    if drawings is not None:
        columns.add_drawings(drawings.index.items, len(lines))
        lines.append(shape_array(Likeness.FAMILY))
    views, sounds = len(lines), sound_array(Ear.PLAIN)
    if not plain:
        plain = len(lines)
        lines.append(sounds)
    written = {target.key: None for same in part.targets.values() for target in same if len(target.key) > 1}
    if speller is not None:
        written |= {heard.chars: None for same in speller.sounds.items.values() for heard in same}
        if sound_salt == SPELLED_SALT:
            columns.add_spelled(speller.sounds)
    hashed = columns.hashed
    hashed.add(list(written), PLAIN_SALT)
    kinds, kinds_shifts = hashed.kinds(views)
    part_starts, part_chars, part_hashes = _meant(part)
    word_starts, word_chars = _in_a_row(columns.behind)
    mix_starts, mix_chars = _in_a_row(list(mixtures.left_out()))
    return Keys(
        rows=_rows(kept_array(view), lines),
        folded_of=fold_array(view.fold),
        collapses=int(view.repeats),
        drawn=drawn,
        sounds=sounds,
        views=views,
        plain=plain,
        singles=_singles(part),
        begun=hashed.begun(),
        kinds=kinds,
        kinds_shifts=kinds_shifts,
        ends=hashed.ends(views),
        begun_bits=hashed.begun_bits,
        slots=hashed.slots(),
        slot_bits=hashed.slot_bits,
        longest=hashed.longest,
        records=columns.records(),
        ears=len(disguised.soundalikes),
        mix_pairs=_packed(mixtures.pairs),
        mix_flags=np.packbits(_bytes(mixtures.flags if len(mixtures.numbers) else b""), bitorder="little"),
        mix_numbers=np.array(mixtures.numbers, dtype=np.uint32),
        mix_starts=mix_starts,
        mix_chars=mix_chars,
        spells=int(speller is not None),
        promised=_bytes(speller.promise.pairs if speller is not None else b""),
        word_starts=word_starts,
        word_chars=word_chars,
        longest_sound=speller.sounds.longest if speller is not None else 0,
        has_latin=int(speller is not None and any("a" <= key[0] <= "z" for key in speller.sounds.items)),
        sound_salt=sound_salt,
        doubled=_doubled(speller.promise.doubled if speller is not None else ()),
        part_starts=part_starts,
        part_codes=sounds[part_chars],
        part_chars=part_chars,
        part_hashes=part_hashes,
    )


def _rows(kept: Points, lines: Sequence[Points]) -> Points:
    """As `Keys.rows`: what a text's character needs stands together in memory."""
    found = np.empty((len(kept), 1 + len(lines)), dtype=np.uint32)
    found[:, 0] = kept
    behind = np.minimum(kept, np.uint32(BARRIER))
    for at, line in enumerate(lines):
        found[:, 1 + at] = line[behind]
    return found


@lru_cache(maxsize=1)
def _identity() -> Points:
    return np.arange(BARRIER + 1, dtype=np.uint32)


def _bytes(data: bytes | bytearray) -> Bytes:
    return np.frombuffer(data, dtype=np.uint8)


def _packed(pairs: bytes | bytearray) -> Wides:
    """Numbers of two bits, 32 of them in a word, the first one lowest."""
    quarters = _bytes(pairs).reshape(-1, 4)
    packed: Bytes = (quarters << np.array([0, 2, 4, 6], dtype=np.uint8)).sum(axis=1, dtype=np.uint8)
    return packed.view("<u8").astype(np.uint64)


def _singles(part: "Part") -> Bytes:
    chars = [word for word in part.targets if len(word) == 1]
    if not chars:
        return np.zeros(0, dtype=np.uint8)
    found = np.zeros(BARRIER + 1, dtype=np.uint8)
    for char in chars:
        written = [ord(target.key) for target in part.targets[char]]
        found[written] = TARGET | NEEDS_RUN if part.runs_of(char) else TARGET
    return found


def _doubled(chars: Collection[str]) -> Bytes:
    if not chars:
        return np.zeros(0, dtype=np.uint8)
    found = np.zeros(BARRIER + 1, dtype=np.uint8)
    found[list(map(ord, chars))] = 1
    return found


def _kind(part: "Part", word: str) -> int:
    found = PART if word in part.parts else 0
    same = part.targets.get(word)
    if same is None:
        return found
    found |= TARGET
    if any(target.entry.disguises.lookalike for target in same):
        found |= ALIKE
    if any(target.entry.wild is not None for target in same):
        found |= ANY_WRITING
    if all(map(_needs_apart, same)):
        found |= NEEDS_APART
    return found | NEEDS_RUN if part.runs_of(word) else found


def _needs_apart(target: "Target") -> bool:
    """Whether `filters.place` believes it over a mark only where `belief.is_apart`."""
    entry, terms = target.entry, target.entry.terms
    is_plain = target is entry and entry.runs is None and entry.wild is None and entry.folded == entry.key
    return is_plain and len(entry.key) == SHORTEST and not terms.is_allow and terms.gap_rule is not GapRule.ANY


def _beliefs(ear: Ear, same: Iterable[Heard]) -> int:
    found, needs = 0, NEEDS_RUNS
    for heard in same:
        if listens(heard.entry, ear):
            found |= 1 << heard.believed_by_sound
            found |= (1 << heard.believed_by_sound + WITHOUT_RUNS) * (heard.runs is None)
            found |= UNWEIGHED * (heard.chars != heard.entry.key)
            needs &= NEEDS_RUNS if heard.runs is not None else 0
    return found | needs


def _beliefs_spelled(same: Iterable[Heard]) -> int:
    found = 0
    for heard in same:
        found |= 1 << heard.belief
    return found


def _meant(part: "Part") -> tuple[Ints, Points, Wides]:
    """For each key that is drawn like parts the characters they may be: where they begin, they, and their parts."""
    by_drawing: dict[str, list[tuple[str, str]]] = {}
    for parts, chars in part.disguised.parts.items():
        by_drawing.setdefault(part.drawn(parts), []).extend((char, parts) for char in chars)
    meant = [by_drawing.get(word, []) for word in drawn_keys(part)]
    every = [one for same in meant for one in same]
    starts = np.cumsum([0, *map(len, meant)], dtype=np.int64)
    hashes = hashes_of([parts for _, parts in every], PLAIN_SALT)
    return starts, code_points("".join(char for char, _ in every)), hashes


def _in_a_row(several: Sequence[Sequence[str]]) -> tuple[NDArray[np.int32], Points]:
    """Texts, of each several: where those of each begin, with the end of all, and their characters."""
    joined = list(map("".join, several))
    return np.cumsum([0, *map(len, joined)], dtype=np.int32), code_points("".join(joined))
