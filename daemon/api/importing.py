"""Wire types of imports: a file that the shop lawfully holds, given to the archive of one enrolled phone."""

from enum import StrEnum
from typing import Annotated

import msgspec

from .wire import Id, Wire

MOST_REFUSED_TOLD = 1_000
"""Refused rows that a report names one by one; all are counted."""


class ImportKind(StrEnum):
    """What a file is."""

    AUTO = "auto"
    """Find out by its content and, for recordings, its name."""
    SMS_XML = "sms-xml"
    """Messages of SMS Backup & Restore."""
    CALLS_XML = "calls-xml"
    """Calls of SMS Backup & Restore."""
    CSV_CALLS = "csv-calls"
    CSV_MESSAGES = "csv-messages"
    RECORDINGS = "recordings"
    """One audio file whose name tells of a call."""


class ImportRequest(Wire, frozen=True, kw_only=True):
    """Announces a file; its bytes follow in `PUT /v1/imports/{import_id}`."""

    device: Id
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    """Without a folder. Recordings are read by it."""
    size_bytes: Annotated[int, msgspec.Meta(ge=0, le=2**46)]
    modified_s: Annotated[int, msgspec.Meta(ge=0, le=2**40)] | None = None
    """Unix seconds; None when not known."""
    kind: ImportKind = ImportKind.AUTO
    is_check: bool = False
    """True: say what would be new, keep nothing."""


class ImportTicket(Wire, frozen=True, kw_only=True):
    """Permission to send one file, for some minutes."""

    import_id: str


class RefusedRow(Wire, frozen=True, kw_only=True):
    """A row that was not taken; never its content."""

    line: int
    """From 1, in the file's text; 0 when it has no lines."""
    reason: str
    """Stable word; the catalogs say it as `import.refused.<word>`."""


class ImportReport(Wire, frozen=True, kw_only=True):
    """How an import stands; the last one has `is_done`."""

    device: str
    kind: ImportKind
    sha256: str
    """Of the file, 64 hexadecimal digits."""
    size_bytes: int
    read_bytes: int
    records: int
    """Rows found, refused ones included."""
    new: int
    already_imported: int
    """From this or another file, or twice in this one."""
    already_archived: int
    """The phone itself gave them before."""
    refused: int
    refused_rows: tuple[RefusedRow, ...] = ()
    """The first ones; in the last report only."""
    problem: str | None = None
    """Stable word of why the file was not read to its end; `import.problem.<word>` in the catalogs. What came before
    is kept."""
    problem_line: int | None = None
    is_check: bool = False
    is_done: bool = False
