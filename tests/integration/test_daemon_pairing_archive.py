"""Recordings and calls in a real archive: paired, told on both, reconsidered, concluded, and bound to the ledger."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adb_bridge.records import (
    Availability,
    CallRow,
    Capability,
    CapabilityName,
    Cursor,
    DeviceProfile,
    RawRecord,
    Source,
    Untrusted,
)
from adb_bridge.rows import BlobRef, RecordingDirection, RecordingRow
from crypto.database import OpenMode, open_database
from crypto.keys import Purpose
from daemon.archive.archive import Archive
from daemon.archive.drafts import EventFilter
from daemon.archive.errors import UnitRefusedError
from daemon.archive.pairs import PairDecision
from daemon.archive.records import ArchivedEvent, DeviceRecord, VerifyProblem
from daemon.bus import Bus, LedgerGrew
from daemon.events import EventKind, Ingest, JudgedEvent
from daemon.judge import Judge
from daemon.normalise import normalise
from daemon.outbox import Outbox
from daemon.recording_pairs import RecordingPairs
from tests.archive_kit import ALL_SOURCES, NOON, PHONE, StepClock, archive_in, enrolment, open_archive, root_key

from .daemon_support import core_rules, until

AT_S = round(NOON.timestamp()) - 600
NUMBER = "13800000017"


def call(key: int, *, at_s: int = AT_S, duration_s: int = 60, number: str | None = NUMBER) -> RawRecord:
    row = CallRow(
        provider_id=key, number=None if number is None else Untrusted(number), date_ms=at_s * 1000,
        duration_s=duration_s, type=2, presentation=1, subscription_id=None, cached_name=None, last_modified_ms=None,
    )  # fmt: skip
    return RawRecord(source=Source.CALL_LOG, source_key=str(key), row=row, collected_at=NOON)


def recording(key: str, *, at_s: int = AT_S + 8, length_s: int = 60, number: str | None = NUMBER) -> RawRecord:
    row = RecordingRow(
        folder=Untrusted("/sdcard/MIUI/sound_recorder/call_rec"), name=Untrusted(f"{key}.mp3"), size_bytes=9,
        modified_s=at_s + length_s, blob=BlobRef(sha256="ab" * 32, size_bytes=9), pattern="miui",
        number=None if number is None else Untrusted(number), contact_name=None,
        direction=RecordingDirection.UNKNOWN, started_ms=at_s * 1000, precision_s=1, duration_ms=length_s * 1000,
    )  # fmt: skip
    return RawRecord(source=Source.RECORDINGS, source_key=f"rec:{key}", row=row, collected_at=NOON)


@dataclass
class Shop:
    archive: Archive
    clock: StepClock
    bus: Bus
    pairs: RecordingPairs

    async def take(self, records: Sequence[RawRecord]) -> None:
        for source in dict.fromkeys(record.source for record in records):
            events = [normalise(record, PHONE) for record in records if record.source is source]
            committed = await self.archive.ingest(
                Ingest(
                    device=PHONE,
                    source=source,
                    absent_keys=(),
                    cursor=Cursor("1"),
                    is_caught_up=True,
                    judged=tuple(JudgedEvent(event=event, verdicts=()) for event in events),
                )  # fmt: skip
            )
            self.bus.publish(LedgerGrew(committed.ledger_size))

    async def events(self, kind: EventKind) -> list[ArchivedEvent]:
        return list(reversed(await self.archive.events(EventFilter(device=PHONE, kind=kind))))

    async def paired(self) -> list[tuple[str, str]]:
        """Source keys of recordings and their calls; both sides must say the same."""
        calls = {one.event.event_id: one for one in await self.events(EventKind.CALL)}
        found = []
        for one in await self.events(EventKind.RECORDING):
            if one.paired_with is not None:
                other = calls[one.paired_with]
                assert other.paired_with == one.event.event_id
                found.append((one.event.source_key, other.event.source_key))
        assert len(found) == sum(other.paired_with is not None for other in calls.values())
        return found

    async def deny_call_log(self) -> None:
        capability = Capability(
            name=CapabilityName.CALL_LOG, availability=Availability.NO, evidence="permission_denied", advice=None
        )
        nothing = Untrusted("")
        profile = DeviceProfile(
            serial=PHONE, manufacturer=nothing, model=nothing, android_release=nothing, sdk=30,
            security_patch=nothing, capabilities=(capability,),
        )  # fmt: skip
        await self.archive.put_device(
            DeviceRecord(serial=PHONE, profile=profile, status=None, last_seen_at=None, notice_posted=None)
        )


@asynccontextmanager
async def shop_in(folder: Path, *, scope: tuple[str, ...] = ALL_SOURCES) -> AsyncIterator[Shop]:
    clock = StepClock()
    async with archive_in(folder, clock=clock, enrolled=()) as archive:
        if await archive.enrolment(PHONE) is None:
            await archive.add_enrolment(enrolment(scope=scope))
        bus = Bus()
        judge = Judge(core_rules())
        pairs = RecordingPairs(archive=archive, judge=judge, outbox=Outbox(archive, bus), bus=bus, clock=clock)
        yield Shop(archive, clock, bus, pairs)
        judge.close()


async def test_a_pair_is_told_on_both_and_on_the_stream(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await shop.take([recording("one")])
        assert await shop.pairs.decide(PHONE) == 0
        await shop.take([call(1), call(2, at_s=AT_S - 3000, number="13900000000")])  # the log comes after the file
        before = shop.archive.ledger_size
        assert await shop.pairs.decide(PHONE) == 1
        assert await shop.paired() == [("rec:one", "1")]
        (entry,) = await shop.archive.stream_since(before)
        assert isinstance(entry.item, ArchivedEvent) and entry.item.paired_with is not None
        assert await shop.pairs.decide(PHONE) == 0, "nothing new, nothing kept"
        assert (await shop.archive.verify()).ok


async def test_young_pairs_are_reconsidered_and_old_ones_stay(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await shop.take([recording("one"), call(1)])
        await shop.pairs.decide(PHONE)
        await shop.take([call(1, duration_s=58)])  # edited on the phone: another event of the same row
        await shop.pairs.decide(PHONE)
        edited = (await shop.events(EventKind.CALL))[-1]
        assert (await shop.events(EventKind.RECORDING))[0].paired_with == edited.event.event_id
        await shop.take([call(7, duration_s=58)])
        await shop.pairs.decide(PHONE)
        assert await shop.paired() == [], "two calls that fit alike"
        await shop.take([call(7, duration_s=0)])
        await shop.pairs.decide(PHONE)
        assert await shop.paired() == [("rec:one", "1")]
        shop.clock.advance(3 * 86_400)
        await shop.take([call(8, duration_s=58)])
        assert await shop.pairs.decide(PHONE) == 0
        assert await shop.paired() == [("rec:one", "1")]
        assert (await shop.archive.verify()).ok


async def test_a_recording_that_was_written_anew_is_paired_with_its_call_again(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await shop.take([call(1), recording("one", length_s=50)])
        assert await shop.pairs.decide(PHONE) == 1
        whole = recording("one", length_s=60)
        assert isinstance(whole.row, RecordingRow)
        await shop.take([replace(whole, row=replace(whole.row, size_bytes=11))])
        assert await shop.pairs.decide(PHONE) == 1
        one, now = await shop.events(EventKind.RECORDING)
        (of,) = await shop.events(EventKind.CALL)
        assert one.event.event_id != now.event.event_id and now.paired_with == of.event.event_id
        assert of.paired_with == now.event.event_id


async def test_a_denied_call_log_gives_concluded_calls_until_a_log_tells(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await shop.take([recording("one"), recording("two", at_s=AT_S + 900, number=None)])
        await shop.pairs.decide(PHONE)
        assert await shop.events(EventKind.CALL) == [], "the log is not denied: it will come"
        await shop.deny_call_log()
        await shop.pairs.decide(PHONE)
        assert await shop.events(EventKind.CALL) == [], "the telephony state has its time first"
        shop.clock.advance(31)
        assert await shop.pairs.decide(PHONE) == 2
        one, two = await shop.events(EventKind.CALL)
        assert [call.event.source for call in (one, two)] == [Source.CALL_STATE] * 2
        assert '"derived_from":"recording"' in one.event.attributes
        assert (one.event.peer, two.event.peer) == (NUMBER, None)
        assert await shop.paired() == [("rec:one", "rec:one"), ("rec:two", "rec:two")]
        assert await shop.archive.cursor(PHONE, Source.CALL_STATE) is None
        assert await shop.pairs.decide(PHONE) == 0

        await shop.take([call(1)])
        assert await shop.pairs.decide(PHONE) == 1
        assert await shop.paired() == [("rec:one", "1"), ("rec:two", "rec:two")]
        log = next(call for call in await shop.events(EventKind.CALL) if call.event.source is Source.CALL_LOG)
        concluded = next(
            call for call in await shop.events(EventKind.CALL) if call.event.event_id == one.event.event_id
        )
        assert concluded.replaced_by == log.ledger_index
        assert (await shop.archive.verify()).ok


async def test_nothing_is_concluded_outside_the_enrolments_scope(tmp_path: Path) -> None:
    async with shop_in(tmp_path, scope=("recordings",)) as shop:
        await shop.take([recording("one")])
        await shop.deny_call_log()
        shop.clock.advance(60)
        assert await shop.pairs.decide(PHONE) == 0
        assert await shop.events(EventKind.CALL) == []


async def test_the_task_pairs_what_is_committed_while_it_runs(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await shop.take([recording("one")])

        class _Well:
            def well(self) -> None: ...

        running = asyncio.create_task(shop.pairs.run(_Well()))  # type: ignore[arg-type]
        await asyncio.sleep(0.05)
        await shop.take([call(1)])

        async def is_paired() -> bool:
            shop.clock.advance(0.5)
            shop.bus.publish(LedgerGrew(shop.archive.ledger_size))
            return bool(await shop.paired())

        await until(is_paired, timeout_s=5)
        shop.bus.close()
        await asyncio.wait_for(running, 5)


async def test_a_pair_is_of_a_recording_and_a_call_and_cannot_be_changed_unseen(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await shop.take([recording("one"), call(1)])
        await shop.pairs.decide(PHONE)
        (file,), (log,) = await shop.events(EventKind.RECORDING), await shop.events(EventKind.CALL)
        for one, other in ((log, file), (file, file)):
            with pytest.raises(UnitRefusedError):
                await shop.archive.pairs.decide(
                    PHONE, (PairDecision(recording=one.ledger_index, call=other.ledger_index, score=1, method="x"),)
                )
    with open_database(tmp_path / "archive.db", root_key().derive(Purpose.ARCHIVE), OpenMode.READ_WRITE) as database:
        database.execute("UPDATE recording_pairs SET call_index = NULL")
    archive = open_archive(tmp_path)
    result = await archive.verify()
    assert result.problem is VerifyProblem.RECORD_CHANGED
    await archive.close()
