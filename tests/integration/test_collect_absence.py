"""What vanished from a phone: told in one piece, with the reasons that make it inconclusive, once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adb_bridge.collectors.call_log import CallLogCollector
from adb_bridge.collectors.sms import SmsCollector
from adb_bridge.records import AbsenceDoubt, AbsentRecord, CollectedBatch
from adb_bridge.session import Session
from adb_bridge.simphone.rows import Call, Sms
from adb_bridge.simphone.spec import PhoneSpec
from tests.integration.bridge_support import CLOCK, Shelf, connected, running_bridge

SPEC = PhoneSpec(serial="SIM01", sdk=34)
AT = datetime(2024, 3, 15, 4, tzinfo=UTC)


async def absences(shelf: Shelf, session: Session) -> list[tuple[AbsentRecord, ...]]:
    """The absences of a poll and a whole round of sweeps, batch by batch."""
    told: list[tuple[AbsentRecord, ...]] = []

    def take(batch: CollectedBatch) -> None:
        shelf.take(batch)
        if batch.absent:
            told.append(batch.absent)

    async for batch in shelf.collector.collect(session, shelf.cursor, shelf):
        take(batch)
    for _ in range(6):
        assert shelf.cursor is not None
        async for batch in shelf.collector.sweep(session, shelf.cursor, shelf):
            take(batch)
    return told


def keys(absent: Sequence[AbsentRecord]) -> set[int]:
    return {int(one.source_key) for one in absent}


async def test_a_thousand_deleted_messages_are_one_batch_with_the_time_they_were_last_there(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.load_sms(Sms(address="1", body=f"m{index}", at=AT) for index in range(1500))
        shelf = Shelf(SmsCollector(CLOCK))
        before = CLOCK.now() - timedelta(seconds=1)
        assert await absences(shelf, session) == []
        for row_id in range(200, 1200):
            phone.store.delete_sms(row_id)
        between = CLOCK.now()
        (told,) = await absences(shelf, session)
        assert keys(told) == set(range(200, 1200)) == shelf.absent
        assert {one.doubts for one in told} == {frozenset()}
        for one in told:
            assert one.present_at is not None
            assert before <= one.present_at <= between <= one.noticed_at
        assert await absences(shelf, session) == []


async def test_a_sim_that_was_taken_out_is_a_doubt_until_it_is_back(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.insert_sim(2)
        phone.store.load_sms(
            Sms(address="1", body=f"m{index}", at=AT, sub_id=(-1, 1, 2)[index % 3]) for index in range(300)
        )
        shelf = Shelf(SmsCollector(CLOCK))
        await absences(shelf, session)
        second = {row_id for row_id, record in shelf.rows.items() if getattr(record.row, "sub_id", None) == 2}
        phone.store.remove_sim(2)
        phone.store.delete_sms(2)
        (told,) = await absences(shelf, session)
        assert {one.doubts for one in told if int(one.source_key) in second} == {frozenset({AbsenceDoubt.SIM_FILTER})}
        assert keys(told) == second | {2}
        assert shelf.absent == {2}
        # Nothing changed: not told again.
        assert await absences(shelf, session) == []
        phone.store.add_sms(address="1", body="another")
        assert await absences(shelf, session) == []
        # A row of the hidden SIM is deleted meanwhile; it shows when the SIM is back.
        gone = sorted(second)[10]
        phone.store.delete_sms(gone)
        phone.store.insert_sim(2)
        (told,) = await absences(shelf, session)
        assert (keys(told), told[0].doubts) == ({gone}, frozenset())
        assert shelf.absent == {2, gone}
        # What was hidden is watched again.
        phone.store.delete_sms(sorted(second)[20])
        assert [keys(one) for one in await absences(shelf, session)] == [{sorted(second)[20]}]


async def test_an_empty_source_is_told_once_as_a_doubt(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        ids = [phone.store.add_sms(address="1", body=f"m{index}") for index in range(30)]
        shelf = Shelf(SmsCollector(CLOCK))
        await absences(shelf, session)
        phone.faults.garbage("content://sms", b"No result found.\n")
        (told,) = await absences(shelf, session)
        assert keys(told) == set(ids)
        assert {one.doubts for one in told} == {frozenset({AbsenceDoubt.SOURCE_EMPTY})}
        assert await absences(shelf, session) == []
        phone.faults.clear()
        phone.store.delete_sms(ids[3])
        (told,) = await absences(shelf, session)
        assert (keys(told), told[0].doubts) == ({ids[3]}, frozenset())


async def test_a_restored_phone_is_a_doubt_and_read_again(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.load_sms(
            Sms(address="1", body=f"m{index}", at=AT + timedelta(minutes=index)) for index in range(120)
        )
        shelf = Shelf(SmsCollector(CLOCK))
        await absences(shelf, session)
        phone.store.telephony.execute("DELETE FROM sms")
        phone.store.telephony.execute("DELETE FROM sqlite_sequence WHERE name='sms'")
        phone.store.load_sms(
            Sms(address="2", body=f"r{index}", at=AT + timedelta(days=1, minutes=index)) for index in range(60)
        )
        (told, *_) = await absences(shelf, session)
        assert keys(told) == set(range(61, 121))
        assert {one.doubts for one in told} == {frozenset({AbsenceDoubt.PHONE_RESTORED})}
        assert shelf.absent == set()
        assert await absences(shelf, session) == []
        assert {getattr(shelf.rows[row_id].row, "body", None) for row_id in range(1, 61)} == {
            f"r{index}".encode() for index in range(60)
        }


async def test_before_the_first_unlock_nothing_is_concluded(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        ids = [phone.store.add_sms(address="1", body=f"m{index}") for index in range(5)]
        shelf = Shelf(SmsCollector(CLOCK))
        await absences(shelf, session)
        phone.store.delete_sms(ids[1])
        # A vendor whose messages show before the unlock, in part.
        phone.faults.garbage("getprop sys.user.0.ce_available", b"false\n")
        phone.faults.garbage("am get-started-user-state", b"RUNNING_LOCKED\n")
        (told,) = await absences(shelf, session)
        assert (keys(told), told[0].doubts) == ({ids[1]}, frozenset({AbsenceDoubt.STORAGE_LOCKED}))
        phone.faults.clear()
        (told,) = await absences(shelf, session)
        assert (keys(told), told[0].doubts) == ({ids[1]}, frozenset())


async def test_calls_that_the_provider_forgot_are_a_doubt_told_once(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.load_calls(Call(number=str(index), at=AT + timedelta(minutes=index)) for index in range(500))
        shelf = Shelf(CallLogCollector(CLOCK))
        assert await absences(shelf, session) == []
        kept = phone.store.call_ids()
        for _ in range(20):
            phone.store.add_call(number="10086")
        forgotten = set(kept) - set(phone.store.call_ids())
        assert len(forgotten) == 20
        (told,) = await absences(shelf, session)
        assert keys(told) == forgotten
        assert {one.doubts for one in told} == {frozenset({AbsenceDoubt.HISTORY_LIMIT})}
        assert await absences(shelf, session) == []
        phone.store.delete_call(sorted(kept)[400])
        (told,) = await absences(shelf, session)
        assert (keys(told), told[0].doubts) == ({sorted(kept)[400]}, frozenset())


async def test_a_few_deleted_calls_are_conclusive_even_the_oldest(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        ids = [phone.store.add_call(number=str(index)) for index in range(12)]
        shelf = Shelf(CallLogCollector(CLOCK))
        await absences(shelf, session)
        phone.store.delete_call(ids[0])
        phone.store.delete_call(ids[-1])
        (told,) = await absences(shelf, session)
        assert keys(told) == {ids[0], ids[-1]} == shelf.absent
