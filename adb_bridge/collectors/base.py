"""What every collector promises."""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol, TypeVar

import msgspec

from ..records import CollectedBatch, Cursor, Source
from ..rows import BlobRef
from ..session import Session

LARGEST_ROW_BYTES = 1024 * 1024
"""A row with more text than this becomes an UnreadableRow."""


class BlobWriter(Protocol):
    """One attachment on its way into a sealed file. Survives a cut: open it again under the same name."""

    @property
    def offset(self) -> int:
        """Bytes that are safe already; go on writing from there. 0 for a new one."""

    async def write(self, chunk: bytes) -> None:
        """The next bytes. Slows the caller down rather than holding much in memory."""

    async def finish(self) -> BlobRef:
        """All bytes were written: seal and name them. The file is on disk when this returns."""

    async def abandon(self) -> None:
        """Forget what was written (the file on the phone changed)."""

    async def pause(self) -> None:
        """Keep what is safe for a later `open_blob` of the same name. Always call one of the three."""


class Holdings(Protocol):
    """What the archive already holds of one source of one phone, and where its attachments go."""

    async def present_ids(self, low: int, high: int) -> frozenset[int]:
        """Provider ids archived and not marked absent, `low` to `high` inclusive."""

    async def present_keys(self, prefix: str) -> frozenset[str]:
        """Source keys that are not plain numbers, archived and not marked absent, that begin with `prefix`."""

    async def subscriptions_of(self, ids: frozenset[int]) -> Mapping[int, int | None]:
        """SIM subscription (`sub_id`) of archived rows by provider id; ids that are not known are left out."""

    async def open_blob(self, name: str) -> BlobWriter:
        """A sealed file for the attachment `name`, which the collector chooses so that the same bytes of the same
        record get the same name: source key, size and modification time. One writer a name at a time.

        Raises:
            BlobRefusedError: the store cannot take it now (disk full).
        """


class BlobRefusedError(Exception):
    """Attachments cannot be stored now; the record is collected later. Not a fault of the phone."""


class Collector(Protocol):
    """Reads one source. Holds no state between calls: everything is in the cursor.

    `collect` and `sweep` of one source continue the same cursor: run one after the other, and pass the cursor of the
    last committed batch.
    """

    source: Source

    def collect(self, session: Session, cursor: Cursor | None, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """What is new since `cursor`, in batches; None reads everything. The last batch says `is_caught_up`.

        An empty batch with an unchanged cursor means that nothing happened and needs no commit. Records that were
        given before may be given again. The cost does not grow with the history.

        Raises:
            ShellCommandError: PERMISSION_DENIED, STORAGE_LOCKED (retry after the first unlock), SHELL_FAILED.
            ParseError: the phone answered something else.
            DeviceUnavailableError, ServerUnavailableError: the connection.
        """

    def sweep(self, session: Session, cursor: Cursor, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """Re-read one window of what was collected: late and edited rows as records, vanished ones as absent.

        Each call moves the window on; after the last one it starts again. What makes an absence inconclusive (a partial
        read, a source that suddenly looks empty) is told with it, see `AbsenceDoubt`. Raises as `collect`.
        """


_Place = TypeVar("_Place")


def read_cursor(cursor: Cursor | None, place: type[_Place]) -> _Place:
    """The place a cursor names; one that is not readable starts from the beginning, which loses nothing."""
    if cursor is None:
        return place()
    try:
        return msgspec.json.decode(cursor, type=place)
    except msgspec.MsgspecError:
        return place()


def write_cursor(place: object) -> Cursor:
    """The cursor for a place (a dataclass of numbers, texts and mappings)."""
    return Cursor(msgspec.json.encode(place).decode("ascii"))
