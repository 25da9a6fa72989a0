"""What every collector promises."""

from collections.abc import AsyncIterator
from typing import Protocol, TypeVar

import msgspec

from ..records import CollectedBatch, Cursor, Source
from ..session import Session

LARGEST_ROW_BYTES = 1024 * 1024
"""A row with more text than this becomes an UnreadableRow."""


class KnownRows(Protocol):
    """What the archive already holds of one source of one phone."""

    async def present_ids(self, low: int, high: int) -> frozenset[int]:
        """Provider ids archived and not marked absent, `low` to `high` inclusive."""


class Collector(Protocol):
    """Reads one source. Holds no state between calls: everything is in the cursor.

    `collect` and `sweep` of one source continue the same cursor: run one after the other, and pass the cursor of the
    last committed batch.
    """

    source: Source

    def collect(self, session: Session, cursor: Cursor | None, known: KnownRows) -> AsyncIterator[CollectedBatch]:
        """What is new since `cursor`, in batches; None reads everything. The last batch says `is_caught_up`.

        An empty batch with an unchanged cursor means that nothing happened and needs no commit. Records that were
        given before may be given again. The cost does not grow with the history.

        Raises:
            ShellCommandError: PERMISSION_DENIED, STORAGE_LOCKED (retry after the first unlock), SHELL_FAILED.
            ParseError: the phone answered something else.
            DeviceUnavailableError, ServerUnavailableError: the connection.
        """

    def sweep(self, session: Session, cursor: Cursor, known: KnownRows) -> AsyncIterator[CollectedBatch]:
        """Re-read one window of what was collected: late and edited rows as records, vanished ones as absent.

        Each call moves the window on; after the last one it starts again. Absence is only reported when the read
        was complete and not when the whole source suddenly looks empty. Raises as `collect`.
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
