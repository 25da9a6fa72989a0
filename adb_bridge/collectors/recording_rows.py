"""A file that was fetched, as the row that leaves this package."""

from typing import Final

from ..phone_time import FileTimes, PhoneZone, resolve, with_offset
from ..recordings.name_times import NamedTime
from ..recordings.names import read_name
from ..rows import BlobRef, RecordingRow
from ..untrusted import Untrusted
from .recording_look import FoundFile
from .recording_pull import PullFailure

_EARLIEST_S: Final = 0
_LATEST_S: Final = 2**40


def recording_row(
    file: FoundFile, outcome: BlobRef | PullFailure, duration_ms: int | None, zone: PhoneZone
) -> RecordingRow:
    """What the file is and what its name claims. Total."""
    name = file.name.decode(errors="replace")
    claim = read_name(name)
    modified_s = min(max(file.modified_s, _EARLIEST_S), _LATEST_S)
    times = FileTimes(
        modified_s=modified_s,
        duration_ms=duration_ms,
        precision_s=claim.time.precision_s if claim.time is not None else 1,
    )
    return RecordingRow(
        folder=Untrusted(file.folder),
        name=Untrusted(name),
        size_bytes=file.size_bytes,
        modified_s=modified_s,
        blob=outcome if isinstance(outcome, BlobRef) else None,
        pattern=claim.pattern,
        number=None if claim.number is None else Untrusted(claim.number),
        contact_name=None if claim.contact_name is None else Untrusted(claim.contact_name),
        direction=claim.direction,
        started_ms=None if claim.time is None else _started_ms(claim.time, zone, times),
        precision_s=times.precision_s,
        duration_ms=duration_ms,
        problem=None if isinstance(outcome, BlobRef) else outcome.value,
    )


def _started_ms(time: NamedTime, zone: PhoneZone, times: FileTimes) -> int | None:
    if time.utc_offset_min is not None:
        return round(with_offset(time.wall, time.utc_offset_min).timestamp() * 1000)
    started = resolve(time.wall, zone, times)
    return None if started is None else round(started.timestamp() * 1000)
