"""What allow-listed apps show: each text once, each update of a notification as a record of its own.

Rules:
1. `cmd notification list` names what is posted; `get` prints one record, whole and not redacted (AOSP
   NotificationShellCmd, 11-15). Only keys of allow-listed apps are asked for.
2. A phone without them (10, some vendors) is asked for `dumpsys notification`, filtered to each allow-listed app; so is
   one for the records that it lists and then does not print.
3. Where a text may imitate the print, the record is read again beside the redacted print.
4. Of many, those never read and those that changed last come first, in a batch of their own.
5. A phone tells only what is posted now: a text that was replaced or taken away before the read is gone. Such losses
   that are noticed are counted in `missed`.
6. The cursor keeps, for the newest keys, what was read last: nothing is given twice, nor parsed twice.

`source_key` is `source_key_of(row)`; of a record that cannot be read `<key>#0#<reason>`.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..clock import Clock
from ..errors import BridgeErrorCode, ParseError, ShellCommandError
from ..records import CollectedBatch, Cursor, RawRecord, Source, UnreadableRow
from ..rows import NotificationRow
from ..samples import sample_hash
from ..session import MIB, Session, quote
from ..shell_batch import Section, run_batch
from .base import LARGEST_ROW_BYTES, Holdings, read_cursor, write_cursor
from .notification_dump import HEAD, read_dump, read_shapes
from .notification_print import Shape, is_header, unix_lines
from .notification_rows import NotificationKey, Reading, parse_key, read_notification, short_key, source_key_of

_TIMEOUT_S = 20.0
_LIST = "cmd notification list"
_SHELL = "com.android.shell"
"""Whose notifications are our own standing notice."""
_GETS_AT_ONCE = 20
_FIRST_KEYS = 4
"""Read and given before the others."""
_COMMAND_BYTES = 8_000
_ANSWER_BYTES = 4 * MIB
_DUMP_BYTES = 8 * MIB
_MAX_KEYS = 400
_DENIED = (b"SecurityException", b"Permission Denial")
_GONE = b"no active notification"
_UNKNOWN = b"nknown command"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationPlace:
    """What the cursor holds."""

    seen: dict[str, str] = field(default_factory=dict)
    """Hash of a key to hashes of its last print and of its last record, 12 hex digits each; oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Print:
    """What the phone printed of one key."""

    key: NotificationKey
    mark: str
    reading: Reading | None
    reason: str = "unreadable"
    """Why there is no reading."""
    size_bytes: int = 0


class NotificationsCollector:
    """Notifications of some apps."""

    source = Source.NOTIFICATIONS

    def __init__(self, clock: Clock, apps: Sequence[str]) -> None:
        self._clock = clock
        self._apps = tuple(dict.fromkeys(app for app in apps if app != _SHELL))

    async def collect(self, session: Session, cursor: Cursor | None, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.collect`. One command when none of the apps shows anything, two calls when one does."""
        place = read_cursor(cursor, NotificationPlace)
        keys = await self._listed(session) if self._apps else []
        if keys is not None and place.seen and len(keys) > _FIRST_KEYS:
            keys = _likeliest_first(keys, place)
            first = keys[:_FIRST_KEYS]
            prints = await self._got(session, first, place)
            keys = keys[_FIRST_KEYS:] if prints is not None else None
            if prints is not None:
                records, place = self._new(prints, place)
                yield self._told(place, records, missed=len(first) - len(prints), is_caught_up=False)
        prints = None if keys is None else await self._rest(session, keys, place)
        missed = 0 if keys is None or prints is None else len(keys) - len(prints)
        if prints is None:
            prints = [one for app in self._apps for one in await self._dumped(session, app)]
        records, place = self._new(prints, place)
        yield self._told(place, records, missed=missed, is_caught_up=True)

    def _told(
        self, place: NotificationPlace, records: tuple[RawRecord, ...], *, missed: int, is_caught_up: bool
    ) -> CollectedBatch:
        return CollectedBatch(
            source=self.source,
            records=records,
            absent=(),
            cursor=write_cursor(place),
            is_caught_up=is_caught_up,
            missed=missed,
        )

    async def sweep(self, session: Session, cursor: Cursor, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """Nothing: a notification that is gone says nothing about the message."""
        nothing: tuple[CollectedBatch, ...] = ()
        for batch in nothing:
            yield batch

    async def _listed(self, session: Session) -> list[NotificationKey] | None:
        """The posted keys of the allow-listed apps; None when this phone cannot list."""
        (listing,) = await run_batch(session, [_LIST], timeout_s=_TIMEOUT_S)
        _refuse_denied(listing)
        if listing.status != 0:
            return None
        lines = listing.output.decode("utf-8", "replace").split("\n")
        keys = (parse_key(line.removesuffix("\r")) for line in lines)
        found = {key.text: key for key in keys if key is not None and key.package in self._apps}
        return list(found.values())[:_MAX_KEYS]

    async def _rest(
        self, session: Session, keys: Sequence[NotificationKey], place: NotificationPlace
    ) -> list[_Print] | None:
        """As `_got`; many at once from the dump, which starts one program and not one for each."""
        if not place.seen or len(keys) <= _GETS_AT_ONCE // 2:
            return await self._got(session, keys, place)
        wanted = {key.text: key for key in keys}
        dumped: dict[str, _Print] = {}
        try:
            for app in sorted({key.package for key in keys}):
                dumped |= {one.key.text: one for one in await self._dumped(session, app) if one.key.text in wanted}
        except ParseError:
            dumped = {}
        except ShellCommandError as error:
            if error.code is not BridgeErrorCode.OUTPUT_TOO_LARGE:
                raise
        got = await self._got(session, [key for text, key in wanted.items() if text not in dumped], place)
        return None if got is None else [*dumped.values(), *got]

    async def _got(
        self, session: Session, keys: Sequence[NotificationKey], place: NotificationPlace
    ) -> list[_Print] | None:
        """None when this phone lists keys but prints no single record."""
        prints: list[_Print] = []
        unclear: list[NotificationKey] = []
        unserved: dict[str, _Print | None] = {}
        for some in _portions(keys):
            for key, section in zip(some, await self._sections(session, some), strict=True):
                if section is not None and section.status != 0 and _UNKNOWN in section.output[:4096]:
                    return None
                read = _read(key, section)
                if read is None or (section is not None and section.status != 0 and read.reading is None):
                    unserved[key.text] = read
                    continue
                is_new = place.seen.get(_hash(key.text), "")[:12] != read.mark
                if is_new and (read.reading is None or not read.reading.is_certain) and read.reason != "too_large":
                    unclear.append(key)
                else:
                    prints.append(read)
        for some in _portions(unclear):
            prints += await self._got_beside_shapes(session, some)
        return prints + await self._from_dumps(session, unserved)

    async def _from_dumps(self, session: Session, unserved: Mapping[str, _Print | None]) -> list[_Print]:
        """Listed and then not printed: gone by now, or this phone's `get` cannot. The dump tells."""
        packages = {package for text in unserved if (package := text.split("|", 2)[1]) in self._apps}
        found = {one.key.text: one for app in sorted(packages) for one in await self._dumped(session, app)}
        prints = [found.get(text, refused) for text, refused in unserved.items()]
        return [one for one in prints if one is not None]

    async def _got_beside_shapes(self, session: Session, keys: Sequence[NotificationKey]) -> list[_Print]:
        """Once more, together with the redacted print."""
        packages = tuple(dict.fromkeys(key.package for key in keys))
        shapes: dict[str, Shape] = {}
        for package in packages:
            (redacted,) = await self._batch(session, [_dump(package, "")], _DUMP_BYTES)
            shapes |= {shape.key: shape for shape in read_shapes(redacted.output)}
        sections = await self._sections(session, keys)
        prints: list[_Print] = []
        for key, section in zip(keys, sections, strict=True):
            read = _read(key, section, shapes.get(key.text))
            if read is None:
                continue
            if read.reading is not None and not read.reading.is_certain:
                marked = replace(read.reading.row, problem=read.reading.row.problem or "ambiguous")
                read = replace(read, reading=Reading(row=marked, is_certain=False))
            prints.append(read)
        return prints

    async def _sections(self, session: Session, keys: Sequence[NotificationKey]) -> list[Section | None]:
        """What `get` printed of each; None when it was more than a record may hold."""
        try:
            commands = [f"cmd notification get {quote(key.text)}" for key in keys]
            return list(await self._batch(session, commands, _ANSWER_BYTES if len(keys) > 1 else 2 * LARGEST_ROW_BYTES))
        except ShellCommandError as error:
            if error.code is not BridgeErrorCode.OUTPUT_TOO_LARGE:
                raise
            if len(keys) == 1:
                return [None]
        middle = len(keys) // 2
        return [*await self._sections(session, keys[:middle]), *await self._sections(session, keys[middle:])]

    async def _dumped(self, session: Session, app: str) -> list[_Print]:
        redacted, printed = await self._batch(session, [_dump(app, ""), _dump(app, " --noredact")], _DUMP_BYTES)
        _refuse_denied(printed)
        if HEAD not in printed.output[: 64 * 1024]:
            raise ParseError(
                "dumpsys notification", sample_sha256=sample_hash(printed.output[:4096]), detail="no state"
            )
        return [
            _Print(key=key, mark=_hash(source_key_of(reading.row)), reading=reading)
            for reading in read_dump(printed.output, read_shapes(redacted.output), app)
            if (key := parse_key(reading.row.key)) is not None
        ]

    async def _batch(self, session: Session, commands: Sequence[str], max_bytes: int) -> tuple[Section, ...]:
        """Not under `polls`: these commands start no Java VM, and what is shown does not wait for a slow query."""
        return await run_batch(session, commands, timeout_s=_TIMEOUT_S, max_bytes=max_bytes)

    def _new(
        self, prints: Sequence[_Print], place: NotificationPlace
    ) -> tuple[tuple[RawRecord, ...], NotificationPlace]:
        seen = dict(place.seen)
        records: list[RawRecord] = []
        for one in prints:
            row, source_key = _row_of(one)
            key, content = _hash(one.key.text), _hash(source_key)
            before = seen.get(key, "")
            if before == one.mark + content:
                continue
            seen.pop(key, None)
            seen[key] = one.mark + content
            if before[12:] != content:
                records.append(
                    RawRecord(source=self.source, source_key=source_key, row=row, collected_at=self._clock.now())
                )
        if seen != place.seen:
            place = NotificationPlace(seen=dict(list(seen.items())[-_MAX_KEYS:]))
        records.sort(key=lambda record: record.row.when_ms if isinstance(record.row, NotificationRow) else 0)
        return tuple(records), place


def _likeliest_first(keys: Sequence[NotificationKey], place: NotificationPlace) -> list[NotificationKey]:
    """What was never read, then what changed last: a phone starts a program for each record, and people wait."""
    rank = {key: number for number, key in enumerate(reversed(place.seen))}
    return sorted(keys, key=lambda key: rank.get(_hash(key.text), -1))


def _dump(package: str, flag: str) -> str:
    return f"dumpsys notification{flag} --package {quote(package)}"


def _portions(keys: Sequence[NotificationKey]) -> list[list[NotificationKey]]:
    portions: list[list[NotificationKey]] = []
    size_bytes = 0
    for key in keys:
        size_bytes += 60 + len(key.text.encode("utf-8", "replace"))
        if not portions or len(portions[-1]) >= _GETS_AT_ONCE or size_bytes > _COMMAND_BYTES:
            portions.append([])
            size_bytes = 0
        portions[-1].append(key)
    return portions


def _read(key: NotificationKey, section: Section | None, shape: Shape | None = None) -> _Print | None:
    """None when the notification is gone."""
    if section is None:
        return _Print(key=key, mark=_hash("too_large"), reading=None, reason="too_large", size_bytes=LARGEST_ROW_BYTES)
    if len(section.output) > 2 * LARGEST_ROW_BYTES:
        return _read(key, None)
    _refuse_denied(section)
    if section.status != 0 and _GONE in section.output[:4096]:
        return None
    lines = section.output.decode("utf-8", "replace").removesuffix("\n").split("\n")
    start = next((at for at, line in enumerate(lines[:20]) if is_header(line)), 0)
    lines = unix_lines(lines[start:])
    return _Print(
        key=key,
        mark=_mark(lines),
        reading=read_notification(lines, key, shape),
        size_bytes=len(section.output),
    )


def _mark(lines: Sequence[str]) -> str:
    """Of what an app gave; not of counters that the phone moves on."""
    start = next((at for at, line in enumerate(lines) if line.lstrip(" ").startswith("tickerText=")), 0)
    end = next((at for at in range(len(lines) - 1, start, -1) if lines[at].lstrip(" ") == "}"), start)
    return _hash("\n".join(lines[start : end + 1]))


def _row_of(one: _Print) -> tuple[NotificationRow | UnreadableRow, str]:
    if one.reading is not None:
        return one.reading.row, source_key_of(one.reading.row)
    row = UnreadableRow(provider_id=0, reason=one.reason, size_bytes=one.size_bytes)
    return row, f"{short_key(one.key.text)}#0#{one.reason}"


def _refuse_denied(section: Section) -> None:
    """A refusal stands at the beginning, and no record before it."""
    head = section.output[:4096]
    if not any(mark in head for mark in _DENIED) or b"NotificationRecord(" in head or HEAD in head:
        return
    raise ShellCommandError(
        BridgeErrorCode.PERMISSION_DENIED, exit_code=section.status, stderr_sha256=sample_hash(head)
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
