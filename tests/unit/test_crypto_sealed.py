"""Sealed files: written in parts, resumed, named, read back, and refused when anything about them was changed."""

import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pyrage
import pytest

from crypto import sealed_writer
from crypto.errors import CryptoErrorCode, DiskFullError, IntegrityError
from crypto.keys import RootKey, StoreId
from crypto.sealed_keys import MediaKeys, SealRecipient
from crypto.sealed_parts import (
    LIST_NAME,
    PART_BYTES,
    Part,
    PartEntry,
    PartList,
    encode_list,
    frame,
    part_name,
    read_content,
    read_list,
    unframe,
)
from crypto.sealed_writer import SMALLEST_KEPT_BYTES, SealedFile, SealedWriter, place_of

LARGE = 2 * PART_BYTES + 12_345


def keys_of(seed: int) -> MediaKeys:
    return MediaKeys(RootKey(bytes([seed]) * 32, store_id=StoreId(f"{seed:032x}"), generation=1))


KEYS = keys_of(7)


def some_bytes(size: int, seed: bytes = b"") -> bytes:
    return hashlib.shake_128(b"content" + seed).digest(size)


def sealed(tmp_path: Path, content: bytes, name: str = "one") -> tuple[SealedFile, Path]:
    writer = SealedWriter(tmp_path / "spool" / name, KEYS)
    writer.write(content)
    file = writer.finish(tmp_path / "blobs")
    return file, place_of(tmp_path / "blobs", file.name)


def read_back(place: Path, content: bytes, keys: MediaKeys = KEYS) -> bytes:
    return b"".join(read_content(place, keys, hashlib.sha256(content).digest()))


@pytest.mark.parametrize("size", [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, LARGE])
def test_what_was_written_is_read_back(tmp_path: Path, size: int) -> None:
    content = some_bytes(size)
    file, place = sealed(tmp_path, content)
    assert (file.sha256, file.size_bytes) == (hashlib.sha256(content).digest(), size)
    assert read_back(place, content) == content
    assert len(list(place.glob("0*.age"))) == -(-size // PART_BYTES)
    assert not (tmp_path / "spool" / "one").exists()
    assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {0o600}


def test_nothing_on_the_disk_tells_the_content(tmp_path: Path) -> None:
    content = "本机通话录音内容".encode() * 1_000
    file, place = sealed(tmp_path, content)
    names = [path.name for path in tmp_path.rglob("*")]
    digest = hashlib.sha256(content).hexdigest()
    assert not any(digest[:16] in name for name in names)
    assert all("通话".encode() not in path.read_bytes() for path in place.iterdir())
    assert file.name == KEYS.name_of(file.sha256) != keys_of(8).name_of(file.sha256)


def test_the_same_content_is_kept_once_and_a_damaged_copy_is_replaced(tmp_path: Path) -> None:
    content = some_bytes(200_000)
    first, place = sealed(tmp_path, content)
    before = (place / part_name(1)).read_bytes()
    again, _ = sealed(tmp_path, content, "two")
    assert again == first
    assert (place / part_name(1)).read_bytes() == before
    (place / part_name(1)).write_bytes(before[:-1])
    sealed(tmp_path, content, "three")
    assert read_back(place, content) == content
    assert list((tmp_path / "spool").iterdir()) == []


def test_writing_goes_on_where_it_was_safe(tmp_path: Path) -> None:
    content = some_bytes(LARGE)
    spool = tmp_path / "spool" / "one"
    writer = SealedWriter(spool, KEYS)
    writer.write(content[: PART_BYTES + 500_000])
    assert writer.offset == PART_BYTES  # a kill now loses what is beyond
    killed = SealedWriter(spool, KEYS)
    assert killed.offset == PART_BYTES
    killed.write(content[PART_BYTES : PART_BYTES + 500_000])
    killed.pause()
    assert killed.offset == PART_BYTES + 500_000
    paused = SealedWriter(spool, KEYS)
    paused.write(content[paused.offset : paused.offset + SMALLEST_KEPT_BYTES - 1])
    paused.pause()
    assert paused.offset == PART_BYTES + 500_000, "too little for a part of its own"
    paused.write(content[paused.offset :])
    file = paused.finish(tmp_path / "blobs")
    assert read_back(place_of(tmp_path / "blobs", file.name), content) == content


def test_damage_in_the_spool_goes_back_to_the_last_whole_part(tmp_path: Path) -> None:
    content = some_bytes(3 * PART_BYTES)
    spool = tmp_path / "spool" / "one"
    SealedWriter(spool, KEYS).write(content)
    damaged = spool / part_name(2)
    damaged.write_bytes(damaged.read_bytes()[:-5])
    (spool / ".00004.age.abc.tmp").write_bytes(b"torn")
    writer = SealedWriter(spool, KEYS)
    assert writer.offset == PART_BYTES
    assert [path.name for path in spool.iterdir()] == [part_name(1)]
    writer.write(content[PART_BYTES:])
    assert read_back(place_of(tmp_path / "blobs", writer.finish(tmp_path / "blobs").name), content) == content


def test_a_spool_of_other_keys_starts_over(tmp_path: Path) -> None:
    spool = tmp_path / "spool" / "one"
    SealedWriter(spool, keys_of(9)).write(some_bytes(PART_BYTES))
    assert SealedWriter(spool, KEYS).offset == 0


def test_a_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    content = some_bytes(LARGE)
    _, place = sealed(tmp_path, content)
    first, second, last = (place / part_name(number) for number in (1, 2, 3))
    whole = {path: path.read_bytes() for path in place.iterdir()}
    other, other_place = sealed(tmp_path, some_bytes(LARGE, b"other"), "other")
    assert other.size_bytes == LARGE

    def refused(code: CryptoErrorCode = CryptoErrorCode.SEALED_DAMAGED) -> None:
        with pytest.raises(IntegrityError) as error:
            read_back(place, content)
        assert error.value.code is code
        for path, stored in whole.items():
            path.write_bytes(stored)
        assert read_back(place, content) == content

    last.write_bytes(whole[last][:-1])
    refused()
    last.unlink()
    refused(CryptoErrorCode.SEALED_MISSING)
    first.write_bytes(whole[second])
    second.write_bytes(whole[first])
    refused()
    second.write_bytes((other_place / part_name(2)).read_bytes())
    refused()
    (place / LIST_NAME).unlink()
    refused(CryptoErrorCode.SEALED_MISSING)
    (place / LIST_NAME).write_bytes((other_place / LIST_NAME).read_bytes())
    refused()
    last.write_bytes(b"x" * (PART_BYTES + 1024 * 1024))
    refused()


def test_who_has_only_the_public_half_cannot_make_a_file(tmp_path: Path) -> None:
    content = some_bytes(1_000)
    _, place = sealed(tmp_path, content)
    public = SealRecipient(KEYS.recipient.public)
    entries = read_list(place, KEYS)
    stranger = keys_of(9)
    forged = encode_list(entries, stranger)
    with pytest.raises(IntegrityError):
        KEYS.unseal(forged)
    plain = stranger.unseal(forged)
    (place / LIST_NAME).write_bytes(public.seal(plain))
    with pytest.raises(IntegrityError, match="not ours"):
        read_back(place, content)


def test_the_public_half_alone_seals_and_a_plain_age_identity_opens(tmp_path: Path) -> None:
    told: list[str] = []
    KEYS.for_age_tool(told.append)
    identity = pyrage.x25519.Identity.from_str(told[0])
    part = frame(Part(file_id=b"i" * 16, number=3, content=b"content"))
    opened = pyrage.decrypt(SealRecipient(KEYS.recipient.public).seal(part), [identity])
    assert unframe(opened).content == b"content"
    assert KEYS.unseal(KEYS.recipient.seal(part)) == part
    with pytest.raises(IntegrityError):
        unframe(b"SWPART02" + part[8:])


def test_keys_do_not_show_themselves() -> None:
    told: list[str] = []
    KEYS.for_age_tool(told.append)
    assert told[0] not in repr(KEYS) + str(KEYS) + repr(KEYS.recipient)
    with pytest.raises(TypeError):
        KEYS.__reduce_ex__(4)
    with pytest.raises(ValueError, match="recipient"):
        SealRecipient("age1nothing")


_WRITE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from tests.unit.test_crypto_sealed import KEYS, LARGE, PART_BYTES, SealedWriter, some_bytes
writer = SealedWriter(Path(sys.argv[1]), KEYS)
content = some_bytes(LARGE)
writer.write(content[writer.offset : writer.offset + 5_000_000])
assert writer.offset >= PART_BYTES  # waits for the part that is on its way
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_kills_in_the_middle_lose_nothing_that_was_safe(tmp_path: Path) -> None:
    content = some_bytes(LARGE)
    spool = tmp_path / "spool" / "one"
    for _ in range(2):
        died = subprocess.run(
            [sys.executable, "-c", _WRITE_AND_DIE, str(spool)], check=False, env=os.environ, timeout=20
        )
        assert died.returncode == -9
    writer = SealedWriter(spool, KEYS)
    assert writer.offset == 2 * PART_BYTES
    writer.write(content[writer.offset :])
    assert read_back(place_of(tmp_path / "blobs", writer.finish(tmp_path / "blobs").name), content) == content


def test_a_part_whose_disk_failed_is_tried_again_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = some_bytes(3 * PART_BYTES + 5)
    writer = SealedWriter(tmp_path / "spool" / "one", KEYS)
    writer.write(content[:PART_BYTES])
    assert writer.offset == PART_BYTES
    with monkeypatch.context() as full:
        full.setattr(sealed_writer, "write_all", _no_room)
        writer.write(content[PART_BYTES : 2 * PART_BYTES])  # on its way, and will not arrive
        for _ in range(2):
            assert writer.offset == PART_BYTES
            with pytest.raises(DiskFullError):
                writer.write(content[2 * PART_BYTES : 2 * PART_BYTES])
                writer.finish(tmp_path / "blobs")
    writer.write(content[2 * PART_BYTES :])
    file = writer.finish(tmp_path / "blobs")
    assert read_back(place_of(tmp_path / "blobs", file.name), content) == content


def test_after_a_pause_with_a_full_disk_writing_goes_on_from_what_is_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = some_bytes(LARGE)
    writer = SealedWriter(tmp_path / "spool" / "one", KEYS)
    writer.write(content[: PART_BYTES + 5])
    assert writer.offset == PART_BYTES
    with monkeypatch.context() as full:
        full.setattr(sealed_writer, "write_all", _no_room)
        writer.write(content[PART_BYTES + 5 : 2 * PART_BYTES])
        with pytest.raises(DiskFullError):
            writer.pause()
    assert writer.offset == PART_BYTES
    writer.write(content[writer.offset :])
    file = writer.finish(tmp_path / "blobs")
    assert read_back(place_of(tmp_path / "blobs", file.name), content) == content


def test_lists_with_a_hash_of_each_part_by_itself_are_read(tmp_path: Path) -> None:
    content = some_bytes(LARGE)
    _, place = sealed(tmp_path, content)
    entries = read_list(place, KEYS)
    parts = [content[at : at + PART_BYTES] for at in range(0, LARGE, PART_BYTES)]
    older = PartList(
        version=1,
        file_id=entries.file_id,
        sha256=entries.sha256,
        size_bytes=entries.size_bytes,
        parts=tuple(
            PartEntry(size_bytes=one.size_bytes, stored_bytes=one.stored_bytes, sha256=hashlib.sha256(part).digest())
            for one, part in zip(entries.parts, parts, strict=True)
        ),
    )
    (place / LIST_NAME).write_bytes(encode_list(older, KEYS))
    assert read_back(place, content) == content
    (place / LIST_NAME).write_bytes(encode_list(msgspec.structs.replace(older, version=2), KEYS))
    with pytest.raises(IntegrityError, match="part 2"):
        read_back(place, content)
    (place / LIST_NAME).write_bytes(encode_list(msgspec.structs.replace(older, version=3), KEYS))
    with pytest.raises(IntegrityError, match="contradicts"):
        read_back(place, content)


def _no_room(_handle: int, _content: bytes) -> None:
    raise OSError(errno.ENOSPC, "test")
