"""Collectors against simulated phones behind the real adb server: everything once, nothing invented."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adb_bridge.clock import SystemClock
from adb_bridge.collectors import Collector, collectors
from adb_bridge.collectors.call_log import CallLogCollector
from adb_bridge.collectors.contacts import ContactsCollector
from adb_bridge.collectors.sms import SmsCollector
from adb_bridge.errors import AdbBridgeError, BridgeErrorCode, ParseError, ShellCommandError
from adb_bridge.records import AbsenceDoubt, CallRow, ContactRow, Cursor, RawRecord, SmsRow, Source, UnreadableRow
from adb_bridge.simphone.faults import Repeat, Right
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.rows import Call, CallKind, Contact, Sms, SmsBox
from adb_bridge.simphone.spec import PhoneSpec
from tests.integration.bridge_support import CLOCK, Shelf, connected, refusal_of, running_bridge

SPEC = PhoneSpec(serial="SIM01", sdk=34)
PROVIDED = frozenset({Source.SMS, Source.MMS, Source.CALL_LOG, Source.CONTACTS})
"""Sources that a content provider holds."""
HOSTILE = (
    "Row: 1 _id=2, address=x",
    "a\nRow: 1 _id=2, date=1, number=2, name=3\nRow: 2 _id=3, date=1",
    "\x1b]52;c;aGk=\x07\x1b[2J",
    "[@click=app.quit]x[/]",
    "\u202etxt\u2066\u200b",
    "NULL",
    "",
    "No result found.",
    ", number=1, name=2",
    "微信：wx_jin888 转账5000",
    "'; DROP TABLE sms; --",
    "\ufffd\U0001f600",
)


def provider_collectors() -> list[Collector]:
    return [one for one in collectors(CLOCK) if one.source in PROVIDED]


class LaterClock(SystemClock):
    """Our clock, some days ahead."""

    def __init__(self, days: float) -> None:
        self._ahead = timedelta(days=days)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


def content_calls(phone: SimPhone) -> int:
    return sum("content query" in served.command for served in phone.journal)


def assert_has_all_messages(shelf: Shelf, phone: SimPhone) -> None:
    truth = {row.provider_id: (row.address, row.body, row.date_ms, row.type) for row in phone.store.sms()}
    read = {
        row_id: (record.row.address, record.row.body, record.row.date_ms, record.row.type)
        for row_id, record in shelf.rows.items()
        if isinstance(record.row, SmsRow) and row_id not in shelf.absent
    }
    assert read == {row_id: row for row_id, row in truth.items() if row[3] in {1, 2}}


def bodies(records: Sequence[RawRecord]) -> list[bytes | None]:
    return [record.row.body for record in records if isinstance(record.row, SmsRow)]


# --- messages --------------------------------------------------------------------------------------------------------


async def test_backfill_is_byte_for_byte_and_polls_are_cheap(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        choice = random.Random(7)
        phone.store.load_sms(
            Sms(
                address=choice.choice([None, "10086", "+8613800000017", "A, B\nRow: 0"]),
                body=choice.choice([None, b"\xff\xfe broken utf-8", *HOSTILE]) if index % 3 else f"第{index}条",
                at=CLOCK.now() - timedelta(seconds=5000 - index),
                box=choice.choice([SmsBox.INBOX, SmsBox.SENT, SmsBox.DRAFT, SmsBox.OUTBOX]),
            )
            for index in range(3000)
        )
        shelf = Shelf(SmsCollector(CLOCK))
        await shelf.collect(session)
        assert_has_all_messages(shelf, phone)
        before = content_calls(phone)
        assert await shelf.collect(session) == []
        assert content_calls(phone) - before == 1
        new = phone.store.add_sms(address="10086", body="刚到")
        before = content_calls(phone)
        assert [record.source_key for record in await shelf.collect(session)] == [str(new)]
        assert content_calls(phone) - before == 1


async def test_a_backfill_that_is_cut_anywhere_goes_on_from_its_cursor(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.load_sms(Sms(address="1", body=f"m{index}", at=CLOCK.now()) for index in range(2500))
        shelf = Shelf(SmsCollector(CLOCK))
        for _ in range(2):
            async for batch in shelf.collector.collect(session, shelf.cursor, shelf):
                shelf.take(batch)
                break
        assert 0 < len(shelf.rows) < 2500
        await shelf.collect(session)
        assert_has_all_messages(shelf, phone)
        assert all(len(versions) == 1 for versions in shelf.versions.values())


async def test_an_outgoing_message_that_shows_late_with_a_lower_id_is_found(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        shelf = Shelf(SmsCollector(CLOCK))
        late = phone.store.add_sms(address="1", body="on its way", box=SmsBox.OUTBOX)
        phone.store.add_sms(address="2", body="arrived meanwhile")
        assert bodies(await shelf.collect(session)) == [b"arrived meanwhile"]
        phone.store.telephony.execute("UPDATE sms SET type=2 WHERE _id=?", (late,))
        assert bodies(await shelf.collect(session)) == [b"on its way"]
        assert_has_all_messages(shelf, phone)


async def test_deleted_edited_and_reused_ids_near_the_end(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        ids = [phone.store.add_sms(address="1", body=f"m{index}") for index in range(40)]
        shelf = Shelf(SmsCollector(CLOCK))
        await shelf.collect(session)
        phone.store.delete_sms(ids[-1])
        phone.store.edit_sms(ids[-3], body="changed")
        assert bodies(await shelf.collect(session)) == [b"changed"]
        assert shelf.absent == {ids[-1]}
        reused = phone.store.add_sms(address="1", body="another message, same id", provider_id=ids[-1])
        assert reused == ids[-1]
        assert bodies(await shelf.collect(session))[-1] == b"another message, same id"
        assert shelf.absent == set()
        for row_id in ids[-30:]:
            phone.store.delete_sms(row_id)
        assert await shelf.collect(session) == []
        again = phone.store.add_sms(address="1", body="much lower id", provider_id=ids[9] + 1)
        await shelf.collect(session)
        assert bodies([shelf.rows[again]]) == [b"much lower id"]
        for _ in range(3):
            await shelf.sweep(session)
        assert shelf.absent == set(ids[-29:])
        assert_has_all_messages(shelf, phone)


async def test_the_sweep_finds_what_changed_far_back(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.load_sms(Sms(address="1", body=f"m{index}", at=CLOCK.now()) for index in range(1000))
        shelf = Shelf(SmsCollector(CLOCK))
        await shelf.collect(session)
        phone.store.delete_sms(5)
        phone.store.delete_sms(640)
        phone.store.edit_sms(500, body="changed")
        assert await shelf.collect(session) == []
        await shelf.sweep(session)
        # One vanished row has all of them looked for.
        assert shelf.absent == {5, 640}
        before = content_calls(phone)
        for _ in range(3):
            await shelf.sweep(session)
        assert content_calls(phone) - before == 6
        assert shelf.absent == {5, 640}
        assert_has_all_messages(shelf, phone)


async def test_a_table_that_looks_empty_proves_nothing(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        for index in range(30):
            phone.store.add_sms(address="1", body=f"m{index}")
        shelf = Shelf(SmsCollector(CLOCK))
        await shelf.collect(session)
        # A SIM taken out hides all its messages on Android 14+.
        phone.store.remove_sim(1)
        assert await shelf.collect(session) == []
        cursor = shelf.cursor
        await shelf.sweep(session)
        assert shelf.absent == set()
        assert shelf.cursor == cursor
        # A rejected query prints the same as an empty table.
        phone.store.insert_sim(1)
        phone.faults.garbage("content://sms", b"No result found.\n")
        await shelf.collect(session)
        await shelf.sweep(session)
        assert shelf.absent == set()
        phone.faults.clear()
        assert await shelf.collect(session) == []


async def test_one_visible_row_makes_absence_conclusive(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        ids = [phone.store.add_sms(address="1", body=f"m{index}") for index in range(50)]
        shelf = Shelf(SmsCollector(CLOCK))
        await shelf.collect(session)
        for row_id in ids[1:]:
            phone.store.delete_sms(row_id)
        await shelf.collect(session)
        await shelf.sweep(session)
        assert shelf.absent == set(ids[1:])


async def test_large_answers_shrink_the_page_and_a_huge_row_is_named(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        sizes = {3: 300_000, 4: 300_000, 5: 900_000, 6: 3_000_000, 7: 1_100_000}
        phone.store.load_sms(
            Sms(address="1", body="x" * sizes.get(index, 10), at=CLOCK.now()) for index in range(1, 60)
        )
        shelf = Shelf(SmsCollector(CLOCK))
        await shelf.collect(session)
        assert sorted(shelf.rows) == list(range(1, 60))
        unreadable = {
            row_id: record.row for row_id, record in shelf.rows.items() if isinstance(record.row, UnreadableRow)
        }
        assert set(unreadable) == {6, 7}
        assert {row.reason for row in unreadable.values()} == {"too_large"}
        assert unreadable[7].size_bytes == 1_100_000
        row = shelf.rows[5].row
        assert isinstance(row, SmsRow)
        assert row.body == b"x" * 900_000


@pytest.mark.parametrize("garbage", [b"", b"\xff\x00garbage\n", b"Row: 0 _id=1, date=\n", b"Row: 0 _id=5, half a li"])
async def test_garbage_changes_nothing(tmp_path: Path, garbage: bytes) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        for index in range(30):
            phone.store.add_sms(address="1", body=f"m{index}")
        shelf = Shelf(SmsCollector(CLOCK))
        await shelf.collect(session)
        phone.faults.garbage("content query", garbage)
        cursor = shelf.cursor
        for call in (shelf.collect(session), shelf.sweep(session)):
            with pytest.raises(AdbBridgeError) as caught:
                await call
            assert len(str(caught.value)) < 80
        assert (shelf.cursor, shelf.absent) == (cursor, set())
        phone.faults.clear()
        phone.store.add_sms(address="1", body="later")
        await shelf.collect(session)
        assert_has_all_messages(shelf, phone)


@pytest.mark.parametrize("size", [0, 17, 200, 1000, 4000])
async def test_half_answers_are_refused_wherever_they_end(tmp_path: Path, size: int) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.load_sms(Sms(address="1", body=f"m{index}", at=CLOCK.now()) for index in range(30))
        shelf = Shelf(SmsCollector(CLOCK))
        phone.faults.truncate("content query", size)
        with pytest.raises(ParseError):
            await shelf.collect(session)
        assert shelf.rows == {}
        phone.faults.clear()
        await shelf.collect(session)
        assert_has_all_messages(shelf, phone)


async def test_storage_before_the_first_unlock_is_a_state_of_its_own(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.add_sms(address="1", body="m")
        shelves = [Shelf(collector) for collector in provider_collectors()]
        await shelves[0].collect(session)
        cursor = shelves[0].cursor
        phone.handset.restart()
        for shelf in shelves:
            assert await refusal_of(shelf.collect(session)) is BridgeErrorCode.STORAGE_LOCKED
        assert shelves[0].cursor == cursor
        phone.handset.unlock()
        for shelf in shelves:
            await shelf.collect(session)
        assert_has_all_messages(shelves[0], phone)


async def test_a_refused_permission_is_said_every_time(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        for right in (Right.SMS, Right.MMS, Right.CALL_LOG, Right.CONTACTS):
            phone.faults.refuse_permission(right)
        for collector in provider_collectors():
            for _ in range(2):
                assert await refusal_of(Shelf(collector).collect(session)) is BridgeErrorCode.PERMISSION_DENIED


async def test_a_broken_cursor_starts_again(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.add_sms(address="1", body="m")
        for broken in ("", "{}", "not json", '{"high":"x"}', "[1]"):
            shelf = Shelf(SmsCollector(CLOCK))
            shelf.cursor = Cursor(broken)
            await shelf.collect(session)
            assert_has_all_messages(shelf, phone)


# --- calls -----------------------------------------------------------------------------------------------------------


async def test_calls_with_hostile_names(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        truth: dict[int, tuple[str | None, str | None]] = {}
        for index, name in enumerate([None, "老客户", *HOSTILE]):
            number = None if index % 4 == 3 else f"1380000{index:04d}"
            truth[phone.store.add_call(number=number, name=name, duration_s=index)] = (number, name)
        truth[phone.store.add_call(number="NULL", name="1, name=2")] = ("NULL", "1, name=2")
        shelf = Shelf(CallLogCollector(CLOCK))
        await shelf.collect(session)
        read = {
            row_id: (record.row.number, record.row.cached_name)
            for row_id, record in shelf.rows.items()
            if isinstance(record.row, CallRow)
        }
        assert read == truth
        before = content_calls(phone)
        assert await shelf.collect(session) == []
        assert content_calls(phone) - before == 1
        new = phone.store.add_call(number="10086", kind=CallKind.MISSED)
        (record,) = await shelf.collect(session)
        assert record.source_key == str(new)
        assert isinstance(record.row, CallRow)
        assert (record.row.number, record.row.type, record.row.presentation) == ("10086", 3, 1)


@pytest.mark.parametrize("sdk", [31, 33, 36])
async def test_call_log_columns_of_every_version(tmp_path: Path, sdk: int) -> None:
    spec = PhoneSpec(serial="SIM01", sdk=sdk)
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        phone.store.add_call(number="1", name="n", duration_s=5)
        shelf = Shelf(CallLogCollector(CLOCK))
        (record,) = await shelf.collect(session)
        assert isinstance(record.row, CallRow)
        assert (record.row.duration_s, record.row.cached_name) == (5, "n")


async def test_call_log_before_android_12_is_denied(tmp_path: Path) -> None:
    spec = PhoneSpec(serial="SIM01", sdk=30)
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        phone.store.add_call(number="1")
        code = await refusal_of(Shelf(CallLogCollector(CLOCK)).collect(session))
        assert code is BridgeErrorCode.PERMISSION_DENIED


async def test_the_provider_forgetting_old_calls_is_not_absence(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        start = CLOCK.now() - timedelta(days=1)
        phone.store.load_calls(
            Call(number=str(index), at=start + timedelta(seconds=index), sub_id=1 + index % 2) for index in range(900)
        )
        shelf = Shelf(CallLogCollector(CLOCK))
        await shelf.collect(session)
        assert len(shelf.rows) == 900
        for _ in range(120):
            phone.store.add_call(number="10086")
        await shelf.collect(session)
        kept = phone.store.call_ids()
        assert len(kept) < 1020
        newest = sorted(kept)[-300]
        phone.store.delete_call(newest)
        for _ in range(3):
            await shelf.sweep(session)
        assert shelf.absent == {newest}


async def test_a_deleted_call_is_noticed_at_the_next_poll_when_it_is_recent(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        ids = [phone.store.add_call(number=str(index)) for index in range(5)]
        shelf = Shelf(CallLogCollector(CLOCK))
        await shelf.collect(session)
        phone.store.delete_call(ids[2])
        await shelf.collect(session)
        assert shelf.absent == {ids[2]}
        for row_id in ids:
            phone.store.delete_call(row_id)
        await shelf.collect(session)
        await shelf.sweep(session)
        # Nothing left to be seen: inconclusive.
        assert shelf.absent == {ids[2]}


# --- contacts --------------------------------------------------------------------------------------------------------


def people(shelf: Shelf) -> dict[int, tuple[str | None, tuple[str, ...], tuple[str, ...], str | None]]:
    return {
        row_id: (record.row.display_name, record.row.numbers, record.row.emails, record.row.note)
        for row_id, record in shelf.rows.items()
        if isinstance(record.row, ContactRow) and row_id not in shelf.absent
    }


async def test_contacts_with_hostile_names_and_notes(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        truth: dict[int, tuple[str | None, tuple[str, ...], tuple[str, ...], str | None]] = {}
        for index, name in enumerate([None, "张三", *HOSTILE]):
            numbers = (f"138{index:08d}", "x\nRow: 1 _id=2, contact_id=1, mimetype=m, data1=y")[: index % 3]
            note = HOSTILE[index % len(HOSTILE)] or None
            contact_id = phone.store.add_contact(name=name, numbers=numbers, emails=["a@b.cn"], note=note)
            truth[contact_id] = (name, numbers, ("a@b.cn",), note)
        shelf = Shelf(ContactsCollector(CLOCK))
        await shelf.collect(session)
        assert people(shelf) == truth
        before = content_calls(phone)
        assert await shelf.collect(session) == []
        assert content_calls(phone) - before == 2


async def test_a_contact_that_is_edited_or_deleted(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        ids = phone.store.load_contacts(
            [Contact(name=f"客户{index}", numbers=(f"1390000{index:04d}",)) for index in range(250)],
            at=CLOCK.now() - timedelta(days=3),
        )
        shelf = Shelf(ContactsCollector(CLOCK))
        await shelf.collect(session)
        assert len(people(shelf)) == 250
        phone.store.edit_contact(ids[100], numbers=["13700000000"], note="微信 wx_1")
        (edited,) = await shelf.collect(session)
        assert edited.source_key == str(ids[100])
        assert people(shelf)[ids[100]] == ("客户100", ("13700000000",), (), "微信 wx_1")
        phone.store.delete_contact(ids[7])
        await shelf.collect(session)
        assert shelf.absent == {ids[7]}
        added = phone.store.add_contact(name="新客户", numbers=["1"])
        assert [record.source_key for record in await shelf.collect(session)] == [str(added)]


async def test_contact_deletions_that_nobody_logged(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        ids = phone.store.load_contacts(
            [Contact(name=f"客户{index}") for index in range(230)], at=CLOCK.now() - timedelta(days=3)
        )
        shelf = Shelf(ContactsCollector(CLOCK))
        await shelf.collect(session)
        for gone in (ids[3], ids[150], ids[229]):
            phone.store.delete_contact(gone)
        phone.store.contacts_db.execute("DELETE FROM deleted_contacts", ())
        await shelf.collect(session)
        assert shelf.absent == set()
        for _ in range(3):
            await shelf.sweep(session)
        assert shelf.absent == {ids[3], ids[150], ids[229]}


async def test_after_a_month_away_everything_is_compared(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        ids = phone.store.load_contacts(
            [Contact(name=f"客户{index}") for index in range(150)], at=CLOCK.now() - timedelta(days=3)
        )
        shelf = Shelf(ContactsCollector(CLOCK))
        await shelf.collect(session)
        phone.store.delete_contact(ids[3])
        phone.store.contacts_db.execute("DELETE FROM deleted_contacts", ())
        phone.store.delete_contact(ids[9])
        shelf.collector = ContactsCollector(LaterClock(days=31))
        await shelf.collect(session)
        # The phone still says that it deleted one; of the other nobody knows.
        assert shelf.absent == {ids[9]}
        assert shelf.doubtful[str(ids[3])].doubts == frozenset({AbsenceDoubt.DELETIONS_EXPIRED})
        shelf.doubtful.clear()
        for _ in range(3):
            await shelf.collect(session)
            await shelf.sweep(session)
        assert (shelf.absent, shelf.doubtful) == ({ids[9]}, {})


async def test_a_contact_from_the_future_hides_nothing(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.load_contacts([Contact(name="明天")], at=CLOCK.now() + timedelta(days=4000))
        shelf = Shelf(ContactsCollector(CLOCK))
        await shelf.collect(session)
        phone.store.add_contact(name="今天")
        await shelf.collect(session)
        assert {row[0] for row in people(shelf).values()} == {"明天", "今天"}
        assert await shelf.collect(session) == []


async def test_many_contacts_of_one_moment(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        at = CLOCK.now() - timedelta(days=1)
        phone.store.load_contacts([Contact(name=f"c{index}", numbers=(str(index),)) for index in range(700)], at=at)
        shelf = Shelf(ContactsCollector(CLOCK))
        await shelf.collect(session)
        assert len(people(shelf)) == 700
        assert await shelf.collect(session) == []


async def test_an_empty_address_book_proves_nothing(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.load_contacts([Contact(name="c")], at=CLOCK.now())
        shelf = Shelf(ContactsCollector(CLOCK))
        await shelf.collect(session)
        phone.faults.garbage("contacts?limit", b"No result found.\n")
        await shelf.collect(session)
        await shelf.sweep(session)
        assert shelf.absent == set()


# --- all -------------------------------------------------------------------------------------------------------------


async def test_a_hung_source_ends_in_time_and_the_next_call_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adb_bridge.collectors.paging.TIMEOUT_S", 1.0)
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.add_sms(address="1", body="m")
        phone.faults.hang("content query", after_bytes=20, repeat=Repeat.ONCE)
        shelf = Shelf(SmsCollector(CLOCK))
        async with asyncio.timeout(5):
            assert await refusal_of(shelf.collect(session)) is BridgeErrorCode.DEVICE_TIMEOUT
        await shelf.collect(session)
        assert_has_all_messages(shelf, phone)


async def test_ten_megabytes_of_answer_are_an_error(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.add_sms(address="1", body="m")
        phone.faults.oversize("content query", 10 * 1024 * 1024)
        for collector in provider_collectors():
            with pytest.raises((ShellCommandError, ParseError)):
                await Shelf(collector).collect(session)


async def test_a_cut_in_the_middle_of_a_backfill_loses_nothing(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.load_sms(Sms(address="1", body=f"m{index}" * 20, at=CLOCK.now()) for index in range(4000))
        shelf = Shelf(SmsCollector(CLOCK))
        cuts = 0
        while True:
            if cuts < 4:
                phone.faults.drop("content query", after_bytes=100_000 * cuts)
            try:
                await shelf.collect(session)
                break
            except AdbBridgeError:
                cuts += 1
                await asyncio.sleep(0.3)
        assert cuts >= 4
        assert_has_all_messages(shelf, phone)
        assert all(len(versions) == 1 for versions in shelf.versions.values())


def test_collectors_are_one_for_each_source() -> None:
    sources = [collector.source for collector in collectors(CLOCK)]
    assert len(sources) == len(set(sources))
    assert {Source.SMS, Source.CALL_LOG, Source.CONTACTS, Source.NOTIFICATIONS} <= set(sources)
