"""A dropped-in audio file as a recording: what its name claims. Its time of modification is often that of a copy."""

from datetime import UTC, tzinfo
from typing import Final

from adb_bridge.phone_time import with_offset
from adb_bridge.recordings.name_times import NamedTime
from adb_bridge.recordings.names import read_name
from adb_bridge.rows import BlobRef, RecordingRow
from adb_bridge.untrusted import Untrusted

from .files import ImportFile, Survey
from .found import FoundRow

FOLDER: Final = "import"
"""Where the phone had it is not known."""
_KEY_DIGITS: Final = 32
_LATEST_S: Final = 2**40
_ONE_DAY_S: Final = 86_400


def recording_of(file: ImportFile, survey: Survey, zone: tzinfo | None, now_s: int) -> FoundRow:
    """The row of a file; the same bytes have the same key under every name. Total.

    A name without an offset is read in the store's zone (None: this machine's): where the phone was is not known.
    """
    claim = read_name(file.name)
    modified_s = min(max(file.modified_s if file.modified_s is not None else now_s, 0), _LATEST_S)
    precision_s = 1 if claim.time is None else claim.time.precision_s
    started_ms = None if claim.time is None else _started_ms(claim.time, zone)
    if started_ms is not None and started_ms > (now_s + _ONE_DAY_S) * 1000:
        started_ms = None
    row = RecordingRow(
        folder=Untrusted(FOLDER),
        name=Untrusted(file.name),
        size_bytes=survey.size_bytes,
        modified_s=modified_s,
        blob=BlobRef(sha256=survey.sha256, size_bytes=survey.size_bytes),
        pattern=claim.pattern,
        number=None if claim.number is None else Untrusted(claim.number),
        contact_name=None if claim.contact_name is None else Untrusted(claim.contact_name),
        direction=claim.direction,
        started_ms=started_ms,
        precision_s=precision_s,
        duration_ms=None,
    )
    return FoundRow(
        row=row, key=f"rec:{survey.sha256[:_KEY_DIGITS]}", line=0, precision_ms=precision_s * 1000, size_bytes=512
    )


def _started_ms(time: NamedTime, zone: tzinfo | None) -> int | None:
    try:
        if time.utc_offset_min is not None:
            moment = with_offset(time.wall, time.utc_offset_min)
        else:
            moment = (time.wall.astimezone() if zone is None else time.wall.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return round(moment.timestamp() * 1000)
