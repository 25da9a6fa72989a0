"""The tables of one view's entries for the compiled pass."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...folding.arrays import BARRIER, Points, code_points, fold_array, kept_array, shape_array, sound_array
from ...folding.shapes import Likeness, shape_table
from ...folding.sounds import Ear
from ...folding.table import translated
from ..belief import ALWAYS_FROM, Belief
from ..entry import Entry, Terms
from ..filters import SHORTEST
from ..key_index import LONG
from ..mixtures import CODE_BITS, Mixtures
from ..profile import GapRule, Homophone
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

_SURE = 1 | 1 << Belief.UNUSUAL
"""Of beliefs: those of words that need nothing odd."""
_key, _chars = attrgetter("key"), attrgetter("chars")


class _Columns:
    """What is known of each key, by its number."""

    def __init__(self) -> None:
        self.hashed = Hashed()
        self._flags: list[int] = []
        self._spelled: list[int] = []
        self.behind: list[str] = []
        """The words behind it, one after the other, where somebody asks."""
        self._soles: list[str] = []
        """The only word behind it as it is written, or nothing."""

    def add_drawn(self, part: "Part") -> None:
        """Words and parts of characters, as they are drawn."""
        words, parts = drawn_keys(part), part.parts
        flags, soles = [], []
        kinds = _PlainKinds()
        for word, same in zip(words, map(part.targets.get, words), strict=True):
            if (one := _plain_one(same)) is not None:
                soles.append(one.key)
                flags.append(kinds.of(one) | PART if word in parts else kinds.of(one))
            else:
                written = {target.key for target in same or ()}
                soles.append(written.pop() if len(written) == 1 else "")
                flags.append(_kind(part, word))
        self._add(words, 0, flags, soles=soles)

    def add_heard(self, one: Soundalikes, view: int) -> None:
        """Words by their syllables."""
        items = one.index.items
        beliefs: list[int] = []
        spelled: list[int] = []
        terms, flags, is_on = None, (0, 0), False
        for same in items.values():
            if (heard := _plain_one(same)) is not None:
                if heard.terms is not terms:
                    terms = heard.terms
                    flags = (1 | 1 << WITHOUT_RUNS, 0) if listens(heard, one.ear) else (0, NEEDS_RUNS)
                    is_on = heard.disguises.homophone is Homophone.ON
                belief = Belief.ALWAYS if len(heard.key) >= ALWAYS_FROM else heard.belief
                beliefs.append((flags[0] if is_on else flags[0] << belief) | flags[1])
                spelled.append(1 << belief)
            else:
                beliefs.append(_beliefs(one.ear, same))
                spelled.append(_beliefs_spelled(same))
        behind = [
            "".join([heard.chars for heard in same]) if len(same) > 1 else same[0].chars for same in items.values()
        ]
        soles = [chars if len(same) == 1 else "" for chars, same in zip(behind, items.values(), strict=True)]
        self._add(list(items), view, beliefs, behind, spelled if one.ear is Ear.PLAIN else (), soles)

    def add_drawings(self, items: Mapping[str, Sequence[Entry]], view: int) -> None:
        """Words by the families of their characters."""
        flags = [
            NEEDS_RUNS if same[0].spelling is not None and all(entry.runs is not None for entry in same) else 0
            for same in items.values()
        ]
        behind = ["".join([entry.key for entry in same]) if len(same) > 1 else same[0].key for same in items.values()]
        soles = [chars if len(same) == 1 else "" for chars, same in zip(behind, items.values(), strict=True)]
        self._add(list(items), view, flags, behind, (), soles)

    def add_spelled(self, sounds: Sounds) -> None:
        """Words by their syllables, looked for in letters and parts only."""
        spelled = list(map(_beliefs_spelled, sounds.items.values()))
        self._add(list(sounds.items), SPELLED_SALT, [0] * len(sounds.items), (), spelled)

    def _add(
        self,
        words: Sequence[str],
        salt: int,
        flags: Sequence[int],
        behind: Sequence[str] = (),
        spelled: Sequence[int] = (),
        soles: Sequence[str] = (),
    ) -> None:
        self.hashed.add(words, salt, np.array(flags, dtype=np.int64) & _SURE != 0)
        self._flags += flags
        self.behind += behind or [""] * len(words)
        self._spelled += spelled or [0] * len(words)
        self._soles += soles or [""] * len(words)

    def records(self) -> Wides:
        """As `Keys.records`."""
        found = np.zeros((len(self._flags), 2), dtype=np.uint64)
        are_sole = np.fromiter(map(bool, self._soles), np.bool_, len(self._soles))
        found[are_sole, 0] = hashes_of(list(filter(None, self._soles)), PLAIN_SALT)
        found[:, 1] = self._flags
        found[:, 1] |= np.array(self._spelled, dtype=np.uint64) << np.uint64(SPELLED)
        return found


class _PlainKinds:
    """As `_kind`, of keys behind which one word stands that is searched for as it stands."""

    def __init__(self) -> None:
        self._terms: Terms | None = None
        self._found = 0, 0

    def of(self, one: Entry) -> int:
        if one.terms is not self._terms:
            terms = self._terms = one.terms
            found = TARGET | ALIKE if terms.disguises.lookalike else TARGET
            is_apart = not terms.is_allow and terms.gap_rule is not GapRule.ANY
            self._found = found, found | NEEDS_APART if is_apart else found
        return self._found[len(one.key) == SHORTEST]


def _plain_one(same: "Sequence[Target] | None") -> Entry | None:
    """The only word behind a key, if it is searched for as it stands: so nearly all are."""
    if same is None or len(same) > 1:
        return None
    one = same[0]
    return one if isinstance(one, Entry) and one.spelling is None else None


def soles_of(part: "Part") -> list[Entry | None]:
    """For each key as it is drawn the entry, where it is the only one there and one that stands as it is."""
    found: list[Entry | None] = []
    for same in map(part.targets.get, drawn_keys(part)):
        target = same[0] if same is not None and len(same) == 1 else None
        is_sole = isinstance(target, Entry) and (
            target.spelling is None or (target.runs is None and target.wild is None)
        )
        found.append(target if isinstance(target, Entry) and is_sole else None)
    return found


def drawn_keys(part: "Part") -> list[str]:
    """Words and parts of characters as they are drawn, in the order of their numbers."""
    targets = part.targets
    return [word for word in targets if len(word) > 1] + [
        word for word in part.parts if word not in targets and len(word) > 1
    ]


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
    written = dict.fromkeys(key for key in map(_key, chain.from_iterable(part.targets.values())) if len(key) > 1)
    if speller is not None:
        written |= dict.fromkeys(map(_chars, chain.from_iterable(speller.sounds.items.values())))
        if sound_salt == SPELLED_SALT:
            columns.add_spelled(speller.sounds)
    hashed = columns.hashed
    hashed.add(list(written), PLAIN_SALT)
    kinds, kinds_shifts = hashed.kinds(views)
    part_starts, part_chars, part_hashes = _meant(part)
    word_starts, word_chars = _in_a_row(columns.behind)
    mix_starts, mix_chars = left_out_of(mixtures)
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
    every = _bytes(pairs)
    packed = every[::4].copy()
    for place in range(1, 4):
        packed |= every[place::4] << np.uint8(2 * place)
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
    parts = part.disguised.parts
    drawn = translated(list(parts), shape_table(Likeness.ALIKE)) if part.has_alike else parts
    for key, (its, chars) in zip(drawn, parts.items(), strict=True):
        by_drawing.setdefault(key, []).extend((char, its) for char in chars)
    meant = [by_drawing.get(word, ()) for word in drawn_keys(part)]
    every = list(chain.from_iterable(meant))
    starts = np.cumsum([0, *map(len, meant)], dtype=np.int64)
    hashes = hashes_of([its for _, its in every], PLAIN_SALT)
    return starts, code_points("".join(char for char, _ in every)), hashes


def _in_a_row(texts: Sequence[str]) -> tuple[NDArray[np.int32], Points]:
    """Where each of these texts begins in all of them together, with the end of all, and those characters."""
    return np.cumsum([0, *map(len, texts)], dtype=np.int32), code_points("".join(texts))


def left_out_of(mixtures: Mixtures) -> tuple[NDArray[np.int32], Points]:
    """For each number of `mixtures` where the characters begin that words behind it have in the place left out, with
    the end of all, and those characters."""
    sizes = np.fromiter(map(len, mixtures.readings), np.int64, len(mixtures.readings))
    windows = np.array(mixtures.windows, dtype=np.int64)
    readings = windows >> 1
    begins = np.where(windows & 1, sizes[readings] - LONG, 0)
    places = begins + (np.array(mixtures.numbers, dtype=np.int64) >> 3 * CODE_BITS)
    starts, points = _in_a_row(mixtures.behind())
    words = (np.diff(starts) // sizes)[readings]
    edges = np.concatenate(([0], np.cumsum(words)))
    within = np.arange(edges[-1]) - np.repeat(edges[:-1], words)
    chosen = np.repeat(starts[readings] + places, words) + within * np.repeat(sizes[readings], words)
    return edges.astype(np.int32), points[chosen]
