"""Sealed files: no changed bit and no cut goes unseen; however writing is cut up, the content is the same."""

import hashlib
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import IntegrityError
from crypto.keys import RootKey, StoreId
from crypto.sealed_keys import MediaKeys
from crypto.sealed_parts import read_content, unframe
from crypto.sealed_writer import SealedWriter, place_of

KEYS = MediaKeys(RootKey(b"\7" * 32, store_id=StoreId("7" * 32), generation=1))
CONTENT = hashlib.shake_128(b"recording").digest(100_000)


def sealed_once() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        writer = SealedWriter(Path(folder) / "spool", KEYS)
        writer.write(CONTENT[:70_000])
        writer.pause()
        writer.write(CONTENT[70_000:])
        file = writer.finish(Path(folder) / "blobs")
        place = place_of(Path(folder) / "blobs", file.name)
        return {path.name: path.read_bytes() for path in place.iterdir()}


FILES = sealed_once()


def reads_back(files: dict[str, bytes]) -> bool:
    """False when it was refused; anything but the content must be."""
    with tempfile.TemporaryDirectory() as folder:
        for name, stored in files.items():
            (Path(folder) / name).write_bytes(stored)
        try:
            content = b"".join(read_content(Path(folder), KEYS, hashlib.sha256(CONTENT).digest()))
        except IntegrityError:
            return False
        assert content == CONTENT
        return True


def test_the_unchanged_file_reads_back() -> None:
    assert len(FILES) == 3
    assert reads_back(FILES)


@given(name=st.sampled_from(sorted(FILES)), place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=150, deadline=None)
def test_a_flipped_bit_is_refused(name: str, place: float, bit: int) -> None:
    stored = bytearray(FILES[name])
    stored[int(place * len(stored))] ^= 1 << bit
    assert not reads_back(FILES | {name: bytes(stored)})


@given(name=st.sampled_from(sorted(FILES)), place=st.floats(0, 1, exclude_max=True), more=st.binary(max_size=3))
@settings(max_examples=60, deadline=None)
def test_a_cut_or_grown_file_is_refused(name: str, place: float, more: bytes) -> None:
    stored = FILES[name] + more if more else FILES[name][: int(place * len(FILES[name]))]
    assert not reads_back(FILES | {name: stored})


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused_by_name(noise: bytes) -> None:
    for read in (KEYS.unseal, unframe):
        try:
            read(noise)
        except IntegrityError:
            continue
        assert noise.startswith(b"SWPART01")


@given(cuts=st.lists(st.tuples(st.integers(1, 400_000), st.sampled_from(["go on", "pause", "kill"])), max_size=6))
@settings(max_examples=25, deadline=None)
def test_cuts_anywhere_give_the_same_content(cuts: list[tuple[int, str]]) -> None:
    content = hashlib.shake_128(b"long").digest(900_000)
    with tempfile.TemporaryDirectory() as folder:
        spool = Path(folder) / "spool"
        writer, at = SealedWriter(spool, KEYS), 0
        for size, then in cuts:
            writer.write(content[at : at + size])
            at = min(at + size, len(content))
            if then == "pause":
                writer.pause()
                at = writer.offset
            elif then == "kill":
                writer = SealedWriter(spool, KEYS)
                at = writer.offset
        writer.write(content[at:])
        file = writer.finish(Path(folder) / "blobs")
        assert file.sha256 == hashlib.sha256(content).digest()
        place = place_of(Path(folder) / "blobs", file.name)
        assert b"".join(read_content(place, KEYS, file.sha256)) == content
