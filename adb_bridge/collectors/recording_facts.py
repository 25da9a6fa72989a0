"""What the phone knows about recordings beside the files: its clock and zone, whether a call lasts, its media index.

All of it only adds: a phone that does not tell costs durations and exact times, never a recording.

Sources: `date` (toybox), `persist.sys.timezone`, `dumpsys telephony.registry` (see `telephony_registry`);
`content://media/external/audio/media` (MediaProvider, public code of Android 10 to 14; its strictness is not verified
on phones, so plain column names are asked for). Rows that are being written are hidden unless the address says
`includePending=1` (10+); before 10 there is no `is_pending`.
"""

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..content_query import ContentQuery, parse_numbers, read_rows
from ..errors import BridgeErrorCode, ParseError, ShellCommandError
from ..phone_time import PhoneZone
from ..recordings.folders import canonical
from ..session import Session
from ..shell_batch import run_batch
from ..telephony_registry import LineState, read_lines
from .recording_look import FoundFile
from .strict import StrictRow, StrictTable, read_strict

_MEDIA: Final = "content://media/external/audio/media"
_WITH_PENDING: Final = f"{_MEDIA}?includePending=1"
_TIMEOUT_S: Final = 15.0
_MOST_ROWS: Final = 200
_LARGEST_SIZE: Final = 2**62
_LONGEST_MS: Final = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneMoment:
    """The phone now."""

    now_s: int | None
    """Unix seconds by its clock; None when not told."""
    zone: PhoneZone
    is_in_call: bool
    """Some line is off-hook, by its own word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFacts:
    """What the media index says of one file."""

    duration_ms: int | None
    is_pending: bool
    """Some app is still writing it."""


async def read_moment(session: Session) -> PhoneMoment:
    """Clock, zone and lines in one command.

    Raises:
        DeviceUnavailableError, ServerUnavailableError: the connection; other trouble leaves fields untold.
    """
    commands = ["date +%s", "date +%z", "getprop persist.sys.timezone", "dumpsys telephony.registry"]
    try:
        async with session.polls:
            sections = await run_batch(session, commands, timeout_s=_TIMEOUT_S)
    except (ParseError, ShellCommandError):
        return PhoneMoment(now_s=None, zone=PhoneZone(name=None, utc_offset_min=None), is_in_call=False)
    return as_moment(*(section.output for section in sections))


def as_moment(seconds: bytes, offset: bytes, zone: bytes, registry: bytes) -> PhoneMoment:
    """What the four commands printed. Total."""
    return PhoneMoment(
        now_s=int(seconds) if re.fullmatch(rb"[0-9]{9,11}\s*", seconds) else None,
        zone=PhoneZone(name=_zone_name(zone), utc_offset_min=_offset_min(offset)),
        is_in_call=any(line.state is LineState.OFF_HOOK for line in read_lines(registry)),
    )


async def read_media(session: Session, files: Sequence[FoundFile]) -> dict[str, MediaFacts]:
    """What the index says of these files, by key; files it does not know are left out.

    Raises:
        DeviceUnavailableError, ServerUnavailableError: the connection; a phone that refuses gives {}.
    """
    sizes = sorted({file.size_bytes for file in files if file.size_bytes < _LARGEST_SIZE})
    if not sizes:
        return {}
    among = f"_size IN ({','.join(map(str, sizes))})"
    try:
        try:
            done, pending = await _ids(session, _WITH_PENDING, f"is_pending=1 OR {among}", ("_id", "is_pending"))
        except ShellCommandError as error:
            if error.code is not BridgeErrorCode.SHELL_FAILED:
                raise
            done, pending = await _ids(session, _MEDIA, among, ("_id",))  # before Android 10
        told = _match(files, await _rows(session, _MEDIA, done))
    except (ParseError, ShellCommandError):
        return {}
    with contextlib.suppress(ParseError, ShellCommandError):
        for key in _match(files, await _rows(session, _WITH_PENDING, pending)):
            told[key] = MediaFacts(duration_ms=None, is_pending=True)
    return told


async def _ids(
    session: Session, uri: str, condition: str, columns: tuple[str, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Rows that are done, and rows that are being written."""
    query = ContentQuery(uri=uri, projection=columns, where=condition, sort="_id DESC")
    rows = parse_numbers(await read_rows(session, query), columns, source=_MEDIA)[:_MOST_ROWS]
    done = tuple(row[0] for row in rows if row[0] is not None and row[1:] != (1,))
    return done, tuple(row[0] for row in rows if row[0] is not None and row[1:] == (1,))


async def _rows(session: Session, uri: str, ids: tuple[int, ...]) -> list[StrictRow]:
    table = StrictTable(uri=uri, numbers=("duration", "_size"), texts=("_data",))
    return [row for row in await read_strict(session, table, ids) if isinstance(row, StrictRow)]


def _match(files: Sequence[FoundFile], rows: Sequence[StrictRow]) -> dict[str, MediaFacts]:
    paths = {file.path.decode(errors="replace"): file for file in files}
    told: dict[str, MediaFacts] = {}
    for row in rows:
        path = row.texts[0]
        file = paths.get(_shared(path)) if path is not None else None
        if file is None:
            continue
        duration_ms, size = row.numbers
        is_current = size == file.size_bytes and duration_ms is not None and 0 < duration_ms < _LONGEST_MS
        told[file.key] = MediaFacts(duration_ms=duration_ms if is_current else None, is_pending=False)
    return told


def _shared(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    try:
        return f"{canonical(folder)}{slash}{name}" if folder else path
    except ValueError:
        return path


def _zone_name(printed: bytes) -> str | None:
    name = printed.strip()
    return name.decode("ascii") if re.fullmatch(rb"[A-Za-z][A-Za-z0-9_+\-/]{1,63}", name) else None


def _offset_min(printed: bytes) -> int | None:
    match = re.fullmatch(rb"([+-])([01][0-9])([0-5][0-9])\s*", printed)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    return -minutes if match[1] == b"-" else minutes
