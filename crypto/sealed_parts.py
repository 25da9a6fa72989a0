"""A sealed file on the disk: a directory of numbered age files and a sealed list of them.

    NAME/00001.age … NNNNN.age   each opens to `SWPART01`, 16 bytes of its file, its number, at most 4 MiB of content
    NAME/list.age                opens to 32 bytes of proof and the list: SHA-256 and size of the whole and of each part

NAME is a keyed hash of the content. The proof binds the list to the keys, so that whoever has only the public half
cannot make one; the list binds every part, so that none can be cut, changed, swapped or left out. Memory is bounded by
one part, however large the file.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec

from .atomic_file import read_file, storage_errors
from .errors import CryptoErrorCode, IntegrityError
from .sealed_keys import MediaKeys

PART_BYTES: Final = 4 * 1024 * 1024
"""Content of a part at most."""
LIST_NAME: Final = "list.age"
MOST_PARTS: Final = 65_536
FILE_ID_BYTES: Final = 16
_MAGIC: Final = b"SWPART01"
_HEADER_BYTES: Final = len(_MAGIC) + FILE_ID_BYTES + 4
_LARGEST_STORED: Final = PART_BYTES + 64 * 1024
"""age adds a header of some hundred bytes and 16 bytes for each 64 KiB."""
_LARGEST_LIST: Final = MOST_PARTS * 64
_PROOF_BYTES: Final = 32
_VERSION: Final = 1

Digest = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]


class PartEntry(msgspec.Struct, array_like=True, frozen=True):
    """One part as the list has it."""

    size_bytes: Annotated[int, msgspec.Meta(ge=1, le=PART_BYTES)]
    """Of its content."""
    stored_bytes: Annotated[int, msgspec.Meta(ge=1, le=_LARGEST_STORED)]
    """Of its file."""
    sha256: Digest
    """Of its content."""


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
    return b"".join((_MAGIC, part.file_id, part.number.to_bytes(4, "big"), part.content))


def unframe(plain: bytes) -> Part:
    """The part that `frame` made. IntegrityError(SEALED_DAMAGED)."""
    if len(plain) < _HEADER_BYTES or not plain.startswith(_MAGIC):
        raise _damaged("is no part")
    after_id = len(_MAGIC) + FILE_ID_BYTES
    return Part(
        file_id=plain[len(_MAGIC) : after_id],
        number=int.from_bytes(plain[after_id:_HEADER_BYTES], "big"),
        content=plain[_HEADER_BYTES:],
    )


def read_part(directory: Path, number: int, keys: MediaKeys) -> tuple[Part, int]:
    """Part `number` and the size of its file; its number is checked. IntegrityError: SEALED_DAMAGED, SEALED_MISSING."""
    stored = _read(directory / part_name(number), _LARGEST_STORED)
    part = unframe(keys.unseal(stored))
    if part.number != number:
        raise _damaged(f"part {number} is another")
    return part, len(stored)


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
    if entries.version != _VERSION or entries.size_bytes != sum(part.size_bytes for part in entries.parts):
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
    for number, expected in enumerate(entries.parts, 1):
        part, _ = read_part(directory, number, keys)
        is_expected = len(part.content) == expected.size_bytes and part.file_id == entries.file_id
        if not is_expected or hashlib.sha256(part.content).digest() != expected.sha256:
            raise _damaged(f"part {number}")
        whole.update(part.content)
        yield part.content
    if whole.digest() != sha256:
        raise _damaged("the parts are not the whole")


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
