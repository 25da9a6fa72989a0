"""What a collector remembers of its whole source so that it can tell later what is gone, and since when.

Part of the cursor of a source. Small whatever the source holds: ids of inconclusive absences are packed, of the rows
only a sample is kept.
"""

import zlib
from base64 import b85decode, b85encode
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..records import AbsenceDoubt

_MOST_SAMPLES = 32
_MOST_UNPACKED_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """Rows whose absence was told as inconclusive, for the same reasons."""

    ids: str
    """See `pack_ids`."""
    present_at_s: int | None
    """The last complete read that still returned them all, Unix seconds by our clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Times are Unix seconds by our clock."""

    passed_at_s: int | None = None
    """When the last complete read began; what it did not return was told then. None before the first."""
    round_at_s: int | None = None
    """When the sweep's round under way began."""
    is_empty: bool = False
    """Nothing at all was returned, and that was told."""
    sample: dict[int, int] = field(default_factory=dict)
    """Some rows, from all over the source, with a time that belongs to their content."""
    doubted: dict[str, Doubted] = field(default_factory=dict)
    """By `doubt_key`."""

    def doubted_ids(self) -> frozenset[int]:
        """Every row that is missing and was told as such."""
        return frozenset(row_id for group in self.doubted.values() for row_id in unpack_ids(group.ids))

    def seen(self, ids: Collection[int]) -> "Presence":
        """Once rows were returned: they are not doubted any more."""
        if not self.doubted or not ids:
            return self
        groups: dict[str, Doubted] = {}
        has_changed = False
        for key, group in self.doubted.items():
            missing = unpack_ids(group.ids)
            left = missing.difference(ids)
            has_changed = has_changed or len(left) < len(missing)
            if left:
                groups[key] = replace(group, ids=pack_ids(left))
        return replace(self, doubted=groups) if has_changed else self

    def sampled(self, rows: Mapping[int, int]) -> "Presence":
        """With some more rows in the sample; when it is full every second one goes."""
        if all(self.sample.get(row_id) == value for row_id, value in rows.items()):
            return self
        sample = dict(sorted({**self.sample, **rows}.items()))
        while len(sample) > _MOST_SAMPLES:
            sample = dict(list(sample.items())[::2])
        return replace(self, sample=sample)

    def round_begun(self, now_s: int) -> "Presence":
        """At the first window of a sweep's round."""
        return replace(self, round_at_s=now_s)

    def round_ended(self) -> "Presence":
        """After the last window: all that was there when the round began was returned or told as missing."""
        if self.round_at_s is None:
            return self
        return replace(self, passed_at_s=max(self.round_at_s, self.passed_at_s or 0), round_at_s=None)


def doubt_key(doubts: Iterable[AbsenceDoubt]) -> str:
    """A set of reasons as the key of a mapping."""
    return "+".join(sorted(doubt.value for doubt in doubts))


def doubts_of_key(key: str) -> frozenset[AbsenceDoubt]:
    """The other way round; a word that is no reason is left out."""
    known = {doubt.value: doubt for doubt in AbsenceDoubt}
    return frozenset(known[word] for word in key.split("+") if word in known)


def pack_ids(ids: Iterable[int]) -> str:
    """Positive ids in little space: differences as base-128 numbers, compressed."""
    packed = bytearray()
    last = 0
    for row_id in sorted(set(ids)):
        difference, last = row_id - last, row_id
        while difference >= 128:
            packed.append(difference & 127 | 128)
            difference >>= 7
        packed.append(difference)
    return b85encode(zlib.compress(bytes(packed), 9)).decode("ascii")


def unpack_ids(packed: str) -> frozenset[int]:
    """What `pack_ids` packed; nothing for anything else, which costs a second telling and no more."""
    try:
        numbers = zlib.decompressobj().decompress(b85decode(packed), _MOST_UNPACKED_BYTES)
    except (ValueError, zlib.error):
        return frozenset()
    ids: list[int] = []
    row_id = difference = shift = 0
    for byte in numbers:
        difference |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            row_id += difference
            ids.append(row_id)
            difference = shift = 0
    return frozenset(ids)
