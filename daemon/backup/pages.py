"""The archive's file page by page: which pages changed since the last snapshot, and where each page lies.

An index over random tokens changes a page here and there all over the file, so the file is compared by page (4 KiB) and
not by piece. Pages lie in packs of at most 256. Where half of a stretch of 256 pages changed, the whole stretch is a
pack of its own, which a run that begins anew finds again; other changed pages are packed densely. A pack of which less
than a quarter is still in use is written anew, so that a medium holds at most about four times of what is used.
"""

import hashlib
import zlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from crypto.opening import PAGE_BYTES

from .manifest import PieceRef, damaged

PAGES_A_PACK: Final = 256
PACK_BYTES: Final = PAGES_A_PACK * PAGE_BYTES
FINGERPRINT_BYTES: Final = 12
"""Of a page's SHA-256: tells whether the page of one number changed since the last snapshot."""
_LEAST_USED: Final = 4
_WHOLE_FROM: Final = 2
_VERSION: Final = 1
_PACK_TYPE: Final = "I"
_SLOT_TYPE: Final = "H"


class _Stored(msgspec.Struct, array_like=True, frozen=True):
    version: int
    pages: int
    packs: bytes
    slots: bytes
    fingerprints: bytes


@dataclass(slots=True, kw_only=True)
class PageMap:
    """Where every page of a snapshot lies: the pack's place in the manifest's list, and the page's place in it."""

    packs: "array[int]" = field(default_factory=lambda: array(_PACK_TYPE))
    slots: "array[int]" = field(default_factory=lambda: array(_SLOT_TYPE))
    fingerprints: bytearray = field(default_factory=bytearray)

    def __len__(self) -> int:
        return len(self.packs)

    def fingerprint(self, page: int) -> bytes:
        """Of page `page`, counted from 0."""
        return bytes(self.fingerprints[page * FINGERPRINT_BYTES : (page + 1) * FINGERPRINT_BYTES])

    def by_pack(self, packs: int) -> list[list[tuple[int, int]]]:
        """For each pack: (place in it, page) of every page that lies there. IntegrityError for a place that is none."""
        found: list[list[tuple[int, int]]] = [[] for _ in range(packs)]
        for page, (pack, slot) in enumerate(zip(self.packs, self.slots, strict=True)):
            if pack >= packs:
                raise damaged("the page map")
            found[pack].append((slot, page))
        return found


def encode_pages(pages: PageMap) -> bytes:
    """For the medium."""
    return msgspec.msgpack.encode(
        _Stored(
            version=_VERSION,
            pages=len(pages),
            packs=zlib.compress(_little(pages.packs).tobytes(), 1),
            slots=zlib.compress(_little(pages.slots).tobytes(), 1),
            fingerprints=bytes(pages.fingerprints),
        )
    )


def decode_pages(content: bytes) -> PageMap:
    """What `encode_pages` made. IntegrityError(SEALED_DAMAGED)."""
    try:
        stored = msgspec.msgpack.decode(content, type=_Stored)
        packs = _array(_PACK_TYPE, stored.packs, stored.pages)
        slots = _array(_SLOT_TYPE, stored.slots, stored.pages)
    except (msgspec.MsgspecError, UnicodeDecodeError, zlib.error, ValueError):
        raise damaged("the page map") from None
    if stored.version != _VERSION or len(stored.fingerprints) != stored.pages * FINGERPRINT_BYTES:
        raise damaged("the page map")
    return PageMap(packs=packs, slots=slots, fingerprints=bytearray(stored.fingerprints))


class PagePacker:
    """Takes a file stretch by stretch and gives what is new to `put`. One for a run."""

    def __init__(
        self, last: PageMap | None, last_packs: tuple[PieceRef, ...], *, put: Callable[[bytes], PieceRef]
    ) -> None:
        """`last_packs`: those of the last snapshot. None of them is used before `keep`."""
        self._last = last or PageMap()
        self._last_packs = last_packs
        self._put = put
        self._usable = frozenset[int]()
        self._map = PageMap()
        self._refs: list[PieceRef] = []
        self._index: dict[str, int] = {}
        self._dense: list[tuple[int, bytes]] = []

    def keep(self, has: Callable[[PieceRef], bool]) -> None:
        """Use packs of the last snapshot that are there and still worth it."""
        used = Counter(self._last.packs)
        self._usable = frozenset(
            number
            for number, pack in enumerate(self._last_packs)
            if used[number] * _LEAST_USED * PAGE_BYTES >= pack.size_bytes and has(pack)
        )

    def take(self, stretch: bytes) -> None:
        """The next at most 256 pages of the file; only the last stretch may be shorter."""
        first = len(self._map)
        pages = [stretch[at : at + PAGE_BYTES] for at in range(0, len(stretch), PAGE_BYTES)]
        prints = [hashlib.sha256(page).digest()[:FINGERPRINT_BYTES] for page in pages]
        changed = [at for at, fingerprint in enumerate(prints) if not self._is_known(first + at, fingerprint)]
        for at, fingerprint in enumerate(prints):
            self._map.fingerprints += fingerprint
            self._map.packs.append(0)
            self._map.slots.append(0)
            if self._is_known(first + at, fingerprint):
                self._place(first + at, self._last_packs[self._last.packs[first + at]], self._last.slots[first + at])
        if len(changed) * _WHOLE_FROM >= len(pages):
            pack = self._put(stretch)
            for at in range(len(pages)):
                self._place(first + at, pack, at)
            return
        for at in changed:
            self._dense.append((first + at, pages[at]))
            if len(self._dense) == PAGES_A_PACK:
                self._pack_dense()

    def finish(self) -> tuple[PageMap, tuple[PieceRef, ...]]:
        """The map and the packs that it names by their places."""
        self._pack_dense()
        used = sorted(set(self._map.packs))
        place = {old: new for new, old in enumerate(used)}
        self._map.packs = array(_PACK_TYPE, (place[old] for old in self._map.packs))
        return self._map, tuple(self._refs[old] for old in used)

    def _is_known(self, page: int, fingerprint: bytes) -> bool:
        return (
            page < len(self._last)
            and self._last.packs[page] in self._usable
            and self._last.fingerprint(page) == fingerprint
        )

    def _pack_dense(self) -> None:
        if self._dense:
            pack = self._put(b"".join(content for _, content in self._dense))
            for slot, (page, _) in enumerate(self._dense):
                self._place(page, pack, slot)
            self._dense.clear()

    def _place(self, page: int, pack: PieceRef, slot: int) -> None:
        number = self._index.get(pack.name)
        if number is None:
            number = self._index[pack.name] = len(self._refs)
            self._refs.append(pack)
        self._map.packs[page] = number
        self._map.slots[page] = slot


def pages_of_pack(content: bytes, places: list[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
    """Offset in the file and content of each page of a pack. IntegrityError for a place that is none."""
    for slot, page in places:
        found = content[slot * PAGE_BYTES : (slot + 1) * PAGE_BYTES]
        if len(found) != PAGE_BYTES:
            raise damaged("the page map")
        yield page * PAGE_BYTES, found


def _little(values: "array[int]") -> "array[int]":
    """In the byte order of the medium."""
    copy = array(values.typecode, values)
    if _IS_BIG:
        copy.byteswap()
    return copy


def _array(kind: str, stored: bytes, count: int) -> "array[int]":
    values = array(kind)
    size = count * values.itemsize
    opened = zlib.decompressobj()
    content = opened.decompress(stored, size + 1)
    if len(content) != size:
        raise ValueError(kind)
    values.frombytes(content)
    if _IS_BIG:
        values.byteswap()
    return values


_IS_BIG: Final = array(_SLOT_TYPE, [1]).tobytes() != b"\x01\x00"
