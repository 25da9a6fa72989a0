"""Who may write into the state but has no key can seal batches: what they may not do with that."""

import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from adb_bridge.records import AbsentRecord, CollectedBatch, Cursor, RawRecord, Source
from crypto.recipients import Recipient
from daemon.archive.archive import Archive
from daemon.archive.drafts import EventFilter
from daemon.bus import Bus
from daemon.judge import Judge
from daemon.media_shelves import WeekShelves
from daemon.media_store import MediaStore
from daemon.outbox import Outbox
from daemon.sealed_start.batches import BatchFolder, SealedBatch
from daemon.sealed_start.merging import Merging
from daemon.sealed_start.roster import SealedPaths, inbox_key, read_roster, token_of
from tests.archive_kit import NOON, PHONE, StepClock, archive_in, ingest_of, sms, sms_record, vault_keys
from tests.integration.daemon_support import core_rules


def batch(*records: RawRecord, absent: tuple[AbsentRecord, ...] = ()) -> CollectedBatch:
    return CollectedBatch(
        source=Source.SMS, records=records, absent=absent, cursor=Cursor("far"), is_caught_up=True
    )  # fmt: skip


async def merged(folder: Path, archive: Archive, *batches: CollectedBatch) -> int:
    keys, paths = vault_keys(folder), SealedPaths(folder / "sealed")
    for one in batches:
        BatchFolder(paths.batches).add(SealedBatch(PHONE, one, {}), Recipient(inbox_key(keys).public))
    bus, judge = Bus(), Judge(core_rules())
    merging = Merging(
        paths, archive=archive, keys=keys, media=MediaStore(folder / "media", WeekShelves(keys), clock=StepClock()),
        judge=judge, outbox=Outbox(archive, bus), bus=bus,
    )  # fmt: skip
    try:
        return await merging.run()
    finally:
        judge.close()


async def test_a_batch_moves_no_cursor_calls_nothing_deleted_and_leaves_its_trace(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(1)], cursor="c1"))
        absent = AbsentRecord(source=Source.SMS, source_key="1", noticed_at=NOON)
        assert await merged(tmp_path, archive, batch(sms_record(2), absent=(absent,))) == 1
        assert await archive.cursor(PHONE, Source.SMS) == "c1"
        events = await archive.events(EventFilter(limit=10))
        assert [one.absent_since for one in events] == [None, None]
        entry, *_ = await archive.audit_entries(limit=10)
        assert (entry.action, entry.target) == ("sealed.merge", f"{PHONE} sms count=1 ledger:3")


async def test_a_batch_that_cannot_be_kept_does_not_stop_the_next(tmp_path: Path) -> None:
    impossible = replace(sms_record(3), collected_at=datetime(2026, 5, 4, 12))  # noqa: DTZ001 - what only a forger sends
    async with archive_in(tmp_path) as archive:
        assert await merged(tmp_path, archive, batch(impossible), batch(sms_record(4))) == 1
        assert len(await archive.events(EventFilter(limit=10))) == 1
    assert [path.suffix for path in (tmp_path / "sealed/batches").iterdir()] == [".damaged"]


def test_what_is_no_batch_and_no_roster_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "abc.batch").write_bytes(b"")
    (tmp_path / "000000000001.batch").mkdir()
    (tmp_path / "000000000002.batch").symlink_to("/etc/hostname")
    assert BatchFolder(tmp_path).paths() == ()
    (tmp_path / "roster.json").symlink_to("/etc/hostname")
    assert read_roster(tmp_path / "roster.json") is None
    (tmp_path / "long.json").write_bytes(b" " * (4 * 1024 * 1024 + 1))
    assert read_roster(tmp_path / "long.json") is None
    assert read_roster(tmp_path) is None


def test_a_phone_in_the_roster_costs_a_slow_hash(tmp_path: Path) -> None:
    started = time.perf_counter()
    names = {token_of("0" * 32, PHONE), token_of("1" * 32, PHONE)}
    assert len(names) == 2 and all(len(name) == 32 for name in names)
    assert time.perf_counter() - started > 0.01
