"""A collected batch as bytes, sealed to the vault's public key, one file each, numbered in the order of reading.

A file is whole and durable, or not there; the next one is written after it. Rows are hostile input of a phone like any
other: they are judged and checked when they are merged, exactly as if the phone had given them then.

Sealing needs no secret, so who may write here can forge a batch: what was merged is told in the audit.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import msgspec

from adb_bridge.records import (
    AbsentRecord,
    CallRow,
    CollectedBatch,
    ContactRow,
    Cursor,
    DeviceSerial,
    RawRecord,
    SmsRow,
    Source,
    UnreadableRow,
    Untrusted,
)
from adb_bridge.rows import MmsRow, NotificationRow, RecordingRow
from crypto.atomic_file import create_file, read_file
from crypto.errors import CryptoErrorCode, IntegrityError
from crypto.recipients import Recipient, RecipientKey

_Row: TypeAlias = SmsRow | MmsRow | CallRow | ContactRow | NotificationRow | RecordingRow | UnreadableRow
_ROWS: Final[dict[str, type[_Row]]] = {
    kind.__name__: kind for kind in (SmsRow, MmsRow, CallRow, ContactRow, NotificationRow, RecordingRow, UnreadableRow)
}
_MOST_BYTES: Final = 256 * 1024 * 1024
_INFO: Final = b"shopwarden/sealed-batch/v1"
_SUFFIX: Final = ".batch"
_DIGITS: Final = 12
_NAME: Final = re.compile(r"[0-9]{12}\.batch")


class _Record(msgspec.Struct, array_like=True, frozen=True):
    kind: str
    row: msgspec.Raw
    source_key: str
    collected_at: Annotated[datetime, msgspec.Meta(tz=True)]
    provenance: str | None


class _Batch(msgspec.Struct, array_like=True, frozen=True):
    serial: str
    source: Source
    records: tuple[_Record, ...]
    absent: tuple[AbsentRecord, ...]
    cursor: str
    is_caught_up: bool
    missed: int
    files: dict[str, str]


class SealedBatch(msgspec.Struct, frozen=True):
    """A batch with the phone it is of."""

    serial: DeviceSerial
    batch: CollectedBatch
    files: dict[str, str]
    """SHA-256 of an attachment to the name of the sealed file that holds it."""


_encode: Final = msgspec.msgpack.Encoder().encode


def encode_batch(one: SealedBatch) -> bytes:
    """For `decode_batch`."""
    batch = one.batch
    records = tuple(
        _Record(
            type(record.row).__name__,
            msgspec.Raw(_encode(record.row)),
            record.source_key,
            record.collected_at,
            record.provenance,
        )
        for record in batch.records
    )
    return _encode(
        _Batch(
            one.serial,
            batch.source,
            records,
            batch.absent,
            batch.cursor,
            batch.is_caught_up,
            batch.missed,
            one.files,
        )
    )


def decode_batch(content: bytes) -> SealedBatch:
    """IntegrityError(SEALED_DAMAGED) for anything that `encode_batch` did not make."""
    try:
        batch = msgspec.msgpack.decode(content, type=_Batch)
        records = tuple(
            RawRecord(
                source=batch.source,
                source_key=record.source_key,
                row=_decode_row(record),
                collected_at=record.collected_at,
                provenance=None if record.provenance is None else Untrusted(record.provenance),
            )
            for record in batch.records
        )
    except (msgspec.MsgspecError, KeyError):
        raise IntegrityError(CryptoErrorCode.SEALED_DAMAGED, "batch") from None
    return SealedBatch(
        serial=DeviceSerial(batch.serial),
        batch=CollectedBatch(
            source=batch.source,
            records=records,
            absent=batch.absent,
            cursor=Cursor(batch.cursor),
            is_caught_up=batch.is_caught_up,
            missed=batch.missed,
        ),
        files=batch.files,
    )


def _decode_row(record: _Record) -> _Row:
    kind: type[_Row] = _ROWS[record.kind]
    return msgspec.msgpack.decode(record.row, type=kind)


class BatchFolder:
    """The numbered files. One writer at a time."""

    def __init__(self, directory: Path) -> None:
        """Touches nothing yet."""
        self._directory = directory

    def paths(self) -> tuple[Path, ...]:
        """Oldest first. What has not the name of a batch, or is no file, is nobody's."""
        if not self._directory.is_dir():
            return ()
        named = (path for path in self._directory.iterdir() if _NAME.fullmatch(path.name))
        return tuple(sorted(path for path in named if path.is_file() and not path.is_symlink()))

    def add(self, one: SealedBatch, recipient: Recipient) -> None:
        """On the disk when this returns. DiskFullError, StorageError."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        last = max((int(path.name[:_DIGITS]) for path in self.paths()), default=0)
        name = f"{last + 1:0{_DIGITS}d}{_SUFFIX}"
        create_file(self._directory / name, recipient.seal(encode_batch(one), info=_INFO))

    def read(self, path: Path, key: RecipientKey) -> SealedBatch:
        """IntegrityError(SEALED_DAMAGED) when it was changed or is another store's; StorageError."""
        content = key.open(read_file(path, max_bytes=_MOST_BYTES), info=_INFO)
        if content is None:
            raise IntegrityError(CryptoErrorCode.SEALED_DAMAGED, path.name)
        return decode_batch(content)

    def each(self, key: RecipientKey) -> Iterator[tuple[Path, SealedBatch]]:
        """Oldest first. Raises as `read`."""
        for path in self.paths():
            yield path, self.read(path, key)
