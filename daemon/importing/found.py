"""What readers of files find: rows, contents of attachments, rows they refuse, and why a file broke off."""

from dataclasses import dataclass
from enum import StrEnum

from adb_bridge.records import CallRow, SmsRow
from adb_bridge.rows import MmsRow, RecordingRow

LARGEST_TEXT_BYTES = 1024 * 1024
"""Of one message, as for messages that a phone gives."""


class Refused(StrEnum):
    """Why a row is not taken."""

    BAD_DATE = "bad_date"
    """No date and time that can be read."""
    AMBIGUOUS_DATE = "ambiguous_date"
    """Day and month cannot be told apart in this file."""
    BAD_TYPE = "bad_type"
    """The direction or type is missing or not known."""
    BAD_NUMBER = "bad_number"
    """A spreadsheet rounded the number (1.38E+10), or it is none."""
    BAD_DURATION = "bad_duration"
    TOO_LARGE = "too_large"
    BAD_SHAPE = "bad_shape"
    """Too few columns, or too many parts."""


class Problem(StrEnum):
    """Why a file was not read to its end."""

    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    FORBIDDEN = "forbidden"
    """It declares a document type or entities; no honest backup does."""
    TOO_LONG = "too_long"
    """One value is so long that it cannot be read in bounded memory."""
    CHANGED = "changed"
    """It changed while it was read."""
    UNREADABLE = "unreadable"
    """The disk."""
    DISK_FULL = "disk_full"
    ARCHIVE = "archive"
    NOT_ENROLLED = "not_enrolled"
    """The enrolment ended meanwhile."""


TRANSIENT = frozenset({Problem.DISK_FULL, Problem.ARCHIVE, Problem.CHANGED})
"""The same file may be read to its end later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """A row as it goes into the pipeline."""

    row: SmsRow | CallRow | MmsRow | RecordingRow
    key: str
    """`source_key`: the same record has the same in every file of its kind."""
    line: int
    precision_ms: int
    """How exact its time is: 1, 1,000 or 60,000."""
    size_bytes: int
    """About what it takes in memory."""
    is_direction_known: bool = True
    is_duration_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundContent:
    """The bytes of a part of an MMS; comes before its row."""

    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedOne:
    """A row that is not taken."""

    line: int
    reason: Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The file broke off here. Nothing follows."""

    problem: Problem
    line: int


Found = FoundRow | FoundContent | RefusedOne | Ending
