"""Call recordings: files of the phone's own dialer, streamed into sealed files once they are complete.

Rules:
- A recording is a file by its place and name (`recording_look`), the identity is folder and name: one that grew or was
  written anew is the same record with other bytes, as an edited message is.
- It is complete when two looks at least 1.5 s apart saw the same size and time, no app says that it still writes it,
  and, while a line is off-hook, it was not written for 20 s.
- Newest first: what was just recorded does not wait behind a history of gigabytes, not even in the middle of a file.
- Gone means: a look lists whole folders, so a known file that is not listed in a folder that was read is absent.
  A folder that is gone itself counts when shared storage is there and the phone says that there is none; a folder
  that is there and was not read, or on a card that is not in, makes it PARTIAL_READ.
- A folder of more than 200 names is not listed again while its own time stands still; a file in it that is written
  anew in place is found by the sweep, which lists everything.
- A file that cannot be read is a record with a `problem`, tried again at every sweep.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from ..clock import Clock
from ..phone_time import PhoneZone
from ..recordings.folders import with_configured
from ..records import AbsentRecord, CollectedBatch, Cursor, RawRecord, Source
from ..rows import BlobRef
from ..session import Session
from .base import Holdings, read_cursor, write_cursor
from .recording_absence import find_absent
from .recording_facts import read_media, read_moment
from .recording_fetch import Fetching, Group
from .recording_look import KEY_PREFIX, FoundFile, Look, look
from .recording_place import RecordingsPlace, Unmeasured
from .recording_pull import PullFailure
from .recording_rows import recording_row

SETTLE_S: Final = 1.5
"""Between the two looks that must agree."""
AGAIN_S: Final = 2.0
"""When to look again while a file is being written."""


class RecordingsCollector:
    """Folders of call recordings on shared storage."""

    source = Source.RECORDINGS

    def __init__(self, clock: Clock, folders: Sequence[str] = (), *, settle_s: float = SETTLE_S) -> None:
        """
        Args:
            folders: Of the shop, beside those that vendors use.

        Raises:
            ValueError: as `with_configured`.
        """
        self._clock = clock
        self._folders = with_configured(folders)
        self._settle_s = settle_s

    async def collect(self, session: Session, cursor: Cursor | None, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.collect`. One connection and no program on the phone when nothing happened. During a long
        fetch, empty batches with the old cursor are signs of life.

        Raises:
            BlobRefusedError: the store takes no attachments now; what was taken before is given first.
        """
        place = read_cursor(cursor, RecordingsPlace)
        calm = place.calm_times_s()
        work = Fetching(session, self._folders, known, self._clock, settle_s=self._settle_s, calm=calm)
        seen = await work.refresh()
        now = self._clock.now()
        absent, following = await find_absent(session, self._folders, seen, place, archived=frozenset(), now=now)
        if cursor is None or following != place:
            place = following
            cursor = write_cursor(place)
            yield self._batch(cursor, absent=absent)
        while files := await work.choose(place, seen):
            group = Group(zone=PhoneZone(name=None, utc_offset_min=None))
            async with aclosing(work.fetch(files, place, group)) as ticks:
                async for _ in ticks:
                    yield self._batch(cursor)
            records: list[RawRecord] = []
            for file, outcome in group.fetched:
                duration_ms = group.durations_ms.get(file.key)
                place = place.with_file(file, outcome, is_measured=duration_ms is not None)
                records.append(self._record(file, outcome, duration_ms, group.zone))
            if records:
                cursor = write_cursor(place)
                yield self._batch(cursor, records=records)
            if group.trouble is not None:
                raise group.trouble
            seen = await work.refresh()
        again_in_s = AGAIN_S if work.has_unfinished(place, seen) else None
        if (calmed := place.calmed(seen, int(self._clock.now().timestamp()))) is not place:
            cursor = write_cursor(calmed)
        yield replace(self._batch(cursor), is_caught_up=True, again_in_s=again_in_s)

    async def sweep(self, session: Session, cursor: Cursor, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.sweep`. Compares with everything archived, tries files again that could not be read, and asks
        for durations that the media index did not know yet."""
        place = read_cursor(cursor, RecordingsPlace)
        seen = await look(session, self._folders)
        archived = await known.present_keys(KEY_PREFIX)
        now = self._clock.now()
        absent, place = await find_absent(session, self._folders, seen, place, archived=archived, now=now)
        records, place = await self._measure(session, seen, place)
        place = replace(place.retrying(), passed_at_s=int(now.timestamp()))
        yield replace(self._batch(write_cursor(place), records=records, absent=absent), is_caught_up=True)

    async def _measure(
        self, session: Session, seen: Look, place: RecordingsPlace
    ) -> tuple[list[RawRecord], RecordingsPlace]:
        """Give records again whose duration the phone knows by now."""
        waiting = [seen.files[key] for key in place.unmeasured if key in seen.files]
        waiting = [file for file in waiting if place.marks.get(file.key) == file.mark]
        if not waiting:
            return [], replace(place, unmeasured={})
        media = await read_media(session, waiting)
        moment = await read_moment(session)
        records: list[RawRecord] = []
        unmeasured: dict[str, Unmeasured] = {}
        for file in waiting:
            facts, was = media.get(file.key), place.unmeasured[file.key]
            if facts is not None and facts.duration_ms is not None:
                blob = BlobRef(sha256=was.sha256, size_bytes=file.size_bytes)
                records.append(self._record(file, blob, facts.duration_ms, moment.zone))
            elif was.tries > 1:
                unmeasured[file.key] = replace(was, tries=was.tries - 1)
        return records, replace(place, unmeasured=unmeasured)

    def _record(
        self, file: FoundFile, outcome: BlobRef | PullFailure, duration_ms: int | None, zone: PhoneZone
    ) -> RawRecord:
        return RawRecord(
            source=Source.RECORDINGS,
            source_key=file.key,
            row=recording_row(file, outcome, duration_ms, zone),
            collected_at=self._clock.now(),
        )

    def _batch(
        self, cursor: Cursor, *, records: Sequence[RawRecord] = (), absent: Sequence[AbsentRecord] = ()
    ) -> CollectedBatch:
        return CollectedBatch(
            source=Source.RECORDINGS, records=tuple(records), absent=tuple(absent), cursor=cursor, is_caught_up=False
        )
