"""Pages against a plain model: whatever changes between snapshots, each snapshot gives its own file back."""

import hashlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import IntegrityError
from crypto.opening import PAGE_BYTES
from daemon.backup.manifest import PieceRef
from daemon.backup.pages import PACK_BYTES, PageMap, PagePacker, decode_pages, encode_pages, pages_of_pack


class Medium:
    def __init__(self) -> None:
        self.pieces: dict[str, bytes] = {}
        self.written = 0

    def put(self, content: bytes) -> PieceRef:
        digest = hashlib.sha256(content).hexdigest()
        if digest[:32] not in self.pieces:
            self.written += len(content)
        self.pieces[digest[:32]] = content
        return PieceRef(name=digest[:32], size_bytes=len(content), sha256=digest)


Snapshot = tuple[PageMap, tuple[PieceRef, ...]]


def back_up(medium: Medium, content: bytes, last: Snapshot | None) -> Snapshot:
    packer = PagePacker(*(last or (None, ())), put=medium.put)
    packer.keep(lambda pack: pack.name in medium.pieces)
    for at in range(0, len(content), PACK_BYTES):
        packer.take(content[at : at + PACK_BYTES])
    pages, packs = packer.finish()
    return decode_pages(encode_pages(pages)), packs


def restored(medium: Medium, snapshot: Snapshot) -> bytes:
    pages, packs = snapshot
    content = bytearray(len(pages) * PAGE_BYTES)
    for pack, places in zip(packs, pages.by_pack(len(packs)), strict=True):
        for offset, page in pages_of_pack(medium.pieces[pack.name], places):
            content[offset : offset + PAGE_BYTES] = page
    return bytes(content)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), rounds=st.integers(1, 6), size=st.integers(1, 600))
def test_every_snapshot_gives_its_file_back_whatever_changed_and_whatever_pack_is_gone(
    seed: int, rounds: int, size: int
) -> None:
    chance = random.Random(seed)
    medium, last = Medium(), None
    pages = [chance.randbytes(PAGE_BYTES) for _ in range(size)]
    for _ in range(rounds):
        last = back_up(medium, b"".join(pages), last)
        assert restored(medium, last) == b"".join(pages)
        for _ in range(chance.randrange(size // 2 + 2)):
            pages[chance.randrange(len(pages))] = chance.randbytes(PAGE_BYTES)
        if chance.random() < 0.2:
            del pages[1 + chance.randrange(len(pages)) :]
        pages += [chance.randbytes(PAGE_BYTES) for _ in range(chance.randrange(40))]
        if chance.random() < 0.3:
            del medium.pieces[chance.choice(last[1]).name]


def test_scattered_changes_cost_what_changed_and_old_packs_do_not_pile_up() -> None:
    chance = random.Random(7)
    medium, pages = Medium(), [chance.randbytes(PAGE_BYTES) for _ in range(1_000)]
    last = back_up(medium, b"".join(pages), None)
    for _ in range(15):
        before = medium.written
        for page in range(0, 1_000, 20):
            pages[page + chance.randrange(20)] = chance.randbytes(PAGE_BYTES)
        last = back_up(medium, b"".join(pages), last)
        assert medium.written - before <= 8 * 50 * PAGE_BYTES
    assert sum(pack.size_bytes for pack in last[1]) <= 4 * 1_000 * PAGE_BYTES


@settings(max_examples=30, deadline=None)
@given(content=st.binary(max_size=300))
def test_anything_is_a_map_or_refused(content: bytes) -> None:
    try:
        decode_pages(content)
    except IntegrityError:
        return


def test_map_that_names_what_is_not_there_is_refused() -> None:
    medium = Medium()
    pages, packs = back_up(medium, bytes(3 * PAGE_BYTES), None)
    with pytest.raises(IntegrityError):
        pages.by_pack(0)
    with pytest.raises(IntegrityError):
        list(pages_of_pack(medium.pieces[packs[0].name], [(3, 0)]))
    encoded = encode_pages(pages)
    for at in range(len(encoded)):
        changed = bytearray(encoded)
        changed[at] ^= 0x10
        try:
            decode_pages(bytes(changed))
        except IntegrityError:
            continue
