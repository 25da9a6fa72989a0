"""A sealed file on the disk: a directory of numbered age files and a sealed list of them.

    NAME/00001.age … NNNNN.age   each opens to `SWPART01`, 16 bytes of its file, its number, at most 4 MiB of content
    NAME/list.age                opens to 32 bytes of proof and the list: SHA-256 and size of the whole, and for each
                                 part its size and the SHA-256 of all content up to its end

NAME is a keyed hash of the content. The proof binds the list to the keys, so that whoever has only the public half
cannot make one; the list binds every part, so that none can be cut, changed, swapped or left out. Memory is bounded by
some parts, however large the file. Lists of version 1 have a hash of each part by itself and are read as well.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import msgspec

from .aside import Aside
from .atomic_file import read_file, read_file_into, storage_errors
from .errors import CryptoErrorCode, IntegrityError
from .sealed_keys import MediaKeys

PART_BYTES: Final = 4 * 1024 * 1024
"""Content of a part at most."""
LIST_NAME: Final = "list.age"
MOST_PARTS: Final = 65_536
FILE_ID_BYTES: Final = 16
_MAGIC: Final = b"SWPART01"
HEADER_BYTES: Final = len(_MAGIC) + FILE_ID_BYTES + 4
"""Before the content of a part."""
_LARGEST_STORED: Final = PART_BYTES + 64 * 1024
"""age adds a header of some hundred bytes and 16 bytes for each 64 KiB."""
_LARGEST_LIST: Final = MOST_PARTS * 64
_PROOF_BYTES: Final = 32
_VERSION_OF_SINGLE_HASHES: Final = 1
_VERSION: Final = 2

Digest = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]


class PartEntry(msgspec.Struct, array_like=True, frozen=True):
    """One part as the list has it."""

    size_bytes: Annotated[int, msgspec.Meta(ge=1, le=PART_BYTES)]
    """Of its content."""
    stored_bytes: Annotated[int, msgspec.Meta(ge=1, le=_LARGEST_STORED)]
    """Of its file."""
    sha256: Digest
    """Of all content from the first part to the end of this one; of this part's alone in a list of version 1."""


class PartList(msgspec.Struct, array_like=True, frozen=True):
    """The whole file."""

    version: int
    file_id: Annotated[bytes, msgspec.Meta(min_length=FILE_ID_BYTES, max_length=FILE_ID_BYTES)]
    sha256: Digest
    size_bytes: Annotated[int, msgspec.Meta(ge=0)]
    parts: Annotated[tuple[PartEntry, ...], msgspec.Meta(max_length=MOST_PARTS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An opened part."""

    file_id: bytes
    number: int
    content: bytes


def part_name(number: int) -> str:
    """The file of part `number`, which counts from 1."""
    return f"{number:05d}.age"


def frame(part: Part) -> bytes:
    """The bytes that are sealed for a part."""
    return frame_header(part.file_id, part.number) + part.content


def frame_header(file_id: bytes, number: int) -> bytes:
    """What stands before a part's content."""
    return _MAGIC + file_id + number.to_bytes(4, "big")


def unframe(plain: bytes | memoryview) -> Part:
    """The part that `frame` made. IntegrityError(SEALED_DAMAGED)."""
    header = bytes(plain[:HEADER_BYTES])
    if len(header) < HEADER_BYTES or not header.startswith(_MAGIC):
        raise _damaged("is no part")
    after_id = len(_MAGIC) + FILE_ID_BYTES
    return Part(
        file_id=header[len(_MAGIC) : after_id],
        number=int.from_bytes(header[after_id:], "big"),
        content=bytes(plain[HEADER_BYTES:]),
    )


class PartReader:
    """Opens one part after the other, in the same memory."""

    def __init__(self, directory: Path, keys: MediaKeys) -> None:
        self._directory = directory
        self._keys = keys
        self._stored, self._plain = bytearray(), bytearray()

    def read(self, number: int) -> tuple[Part, int]:
        """Part `number` and the size of its file; its number is checked.

        IntegrityError: SEALED_DAMAGED, SEALED_MISSING; StorageError.
        """
        name = part_name(number)
        try:
            stored_bytes = read_file_into(self._directory / name, self._stored, max_bytes=_LARGEST_STORED)
        except FileNotFoundError:
            raise IntegrityError(CryptoErrorCode.SEALED_MISSING, name) from None
        except IntegrityError:
            raise _damaged(f"{name} is too long") from None
        with memoryview(self._stored) as stored:
            plain_bytes = self._keys.unseal_into(stored[:stored_bytes], self._plain)
        with memoryview(self._plain) as plain:
            part = unframe(plain[:plain_bytes])
        if part.number != number:
            raise _damaged(f"part {number} is another")
        return part, stored_bytes


def encode_list(entries: PartList, keys: MediaKeys) -> bytes:
    """The list, proved and sealed."""
    content = msgspec.msgpack.encode(entries)
    return keys.recipient.seal(keys.prove(content) + content)


def read_list(directory: Path, keys: MediaKeys) -> PartList:
    """The list of a finished file. IntegrityError: SEALED_MISSING, SEALED_DAMAGED (also one that is not ours)."""
    plain = keys.unseal(_read(directory / LIST_NAME, _LARGEST_LIST))
    proof, content = plain[:_PROOF_BYTES], plain[_PROOF_BYTES:]
    if not hmac.compare_digest(proof, keys.prove(content)):
        raise _damaged("the list is not ours")
    try:
        entries = msgspec.msgpack.decode(content, type=PartList)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _damaged("the list is none") from None
    is_known = entries.version in {_VERSION_OF_SINGLE_HASHES, _VERSION}
    if not is_known or entries.size_bytes != sum(part.size_bytes for part in entries.parts):
        raise _damaged("the list contradicts itself")
    return entries


def new_list(file_id: bytes, sha256: bytes, parts: tuple[PartEntry, ...]) -> PartList:
    """The list of a file whose parts are all there."""
    size = sum(part.size_bytes for part in parts)
    return PartList(version=_VERSION, file_id=file_id, sha256=sha256, size_bytes=size, parts=parts)


def is_whole(directory: Path, keys: MediaKeys, sha256: bytes) -> bool:
    """Whether a finished file has its list and files of the right sizes; their content is checked when it is read."""
    try:
        entries = read_list(directory, keys)
        if entries.sha256 != sha256:
            return False
        return all(
            (directory / part_name(number)).lstat().st_size == part.stored_bytes
            for number, part in enumerate(entries.parts, 1)
        )
    except (IntegrityError, OSError):
        return False


def read_content(directory: Path, keys: MediaKeys, sha256: bytes) -> Iterator[bytes]:
    """The content with this hash, part by part; what is given was checked.

    Raises IntegrityError SEALED_MISSING, SEALED_DAMAGED, StorageError. When it raises late, what was given before is
    true, but not all there is.
    """
    entries = read_list(directory, keys)
    if entries.sha256 != sha256:
        raise _damaged("is another file")
    whole = hashlib.sha256()
    for part in _in_order(directory, keys, len(entries.parts)):
        expected = entries.parts[part.number - 1]
        if len(part.content) != expected.size_bytes or part.file_id != entries.file_id:
            raise _damaged(f"part {part.number}")
        whole.update(part.content)
        by_itself = entries.version == _VERSION_OF_SINGLE_HASHES
        digest = hashlib.sha256(part.content).digest() if by_itself else whole.digest()
        if digest != expected.sha256:
            raise _damaged(f"part {part.number}")
        yield part.content
    if whole.digest() != sha256:
        raise _damaged("the parts are not the whole")


def _in_order(directory: Path, keys: MediaKeys, count: int) -> Iterator[Part]:
    """Parts 1 to `count`; while one is used, the next is opened."""
    reader = PartReader(directory, keys)
    ahead: Aside[tuple[Part, int]] | None = None
    for number in range(1, count + 1):
        part, _ = reader.read(number) if ahead is None else ahead.result()
        ahead = Aside(partial(reader.read, number + 1)) if number < count else None
        yield part


def sync_directory(path: Path) -> None:
    """Make what was named or renamed in `path` durable. StorageError."""
    with storage_errors(path.name):
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        return read_file(path, max_bytes=max_bytes)
    except FileNotFoundError:
        raise IntegrityError(CryptoErrorCode.SEALED_MISSING, path.name) from None
    except IntegrityError:
        raise _damaged(f"{path.name} is too long") from None


def _damaged(detail: str) -> IntegrityError:
    return IntegrityError(CryptoErrorCode.SEALED_DAMAGED, detail)
