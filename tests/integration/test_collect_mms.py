"""MMS of simulated phones behind the real adb server: heads, addresses, texts and files, byte for byte."""

import asyncio
import hashlib
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adb_bridge.collectors.mms import MmsCollector
from adb_bridge.errors import AdbBridgeError, BridgeErrorCode
from adb_bridge.records import AbsenceDoubt, CollectedBatch, UnreadableRow
from adb_bridge.rows import MmsRow
from adb_bridge.simphone.contents import Synthetic, sha256_of
from adb_bridge.simphone.faults import Repeat, Right
from adb_bridge.simphone.mms_rows import Mms, MmsBox, MmsPart, MmsType, StoredMms
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import PhoneSpec
from tests.integration.bridge_support import CLOCK, Shelf, connected, refusal_of, running_bridge

SPEC = PhoneSpec(serial="SIM01", sdk=34)
AT = datetime(2024, 3, 15, 4, tzinfo=UTC)
HOSTILE = (
    "Row: 1 _id=2, ct=x",
    "a\nRow: 1 _id=2, mid=1\n",
    "No result found.\n",
    "NULL",
    "",
    "金价优惠, text=1",
    "\x1b[2J\u202e\U0001f600",
)
Truth = tuple[object, ...]


def picture(seed: int, size: int = 3000) -> MmsPart:
    data = random.Random(seed).randbytes(size)
    return MmsPart(content_type="image/jpeg", data=data, name=f"IMG\n{seed}, ct=.jpg", content_location="p.jpg", seq=1)


def message(index: int, text: str | None = None, *parts: MmsPart, box: MmsBox = MmsBox.INBOX) -> Mms:
    said = MmsPart(content_type="text/plain", text=text or f"第{index}条", charset=106)
    return Mms(
        sender=f"+86138{index:08d}" if box is MmsBox.INBOX else None,
        recipients=("10086", f"x\nRow: {index}"),
        at=AT + timedelta(minutes=index),
        box=box,
        subject=HOSTILE[index % len(HOSTILE)] or None,
        parts=(said, *parts),
    )


def truth_of(phone: SimPhone) -> dict[int, Truth]:
    def one(stored: StoredMms) -> Truth:
        parts = tuple(
            (part.part_id, part.text, None if part.content is None else sha256_of(part.content))
            for part in sorted(stored.parts, key=lambda part: (part.seq, part.part_id))
        )
        addresses = sorted(
            (address.type, (address.address or b"").decode(errors="replace")) for address in stored.addresses
        )
        return stored.date_s, stored.box, stored.subject, stored.subject_charset, tuple(addresses), parts

    visible = {MmsBox.INBOX, MmsBox.SENT}
    return {
        stored.provider_id: one(stored)
        for stored in phone.store.mms()
        if stored.box in visible and stored.type != MmsType.NOTIFICATION
    }


def archived(shelf: Shelf) -> dict[int, Truth]:
    def one(row: object) -> Truth:
        assert isinstance(row, MmsRow)
        for part in row.parts:
            assert part.problem is None
            if part.blob is not None:
                assert hashlib.sha256(shelf.blobs[part.blob.sha256]).hexdigest() == part.blob.sha256
        parts = tuple((part.part_id, part.text, part.blob and part.blob.sha256) for part in row.parts)
        addresses = tuple(sorted((address.kind, str(address.address)) for address in row.addresses))
        return row.date_s, row.box, row.subject, row.subject_charset, addresses, parts

    return {row_id: one(record.row) for row_id, record in shelf.rows.items() if row_id not in shelf.absent}


def content_calls(phone: SimPhone) -> int:
    return sum("content " in served.command for served in phone.journal)


@pytest.mark.parametrize("sdk", [29, 35])
async def test_history_is_byte_for_byte_and_an_idle_poll_is_one_command(tmp_path: Path, sdk: int) -> None:
    spec = PhoneSpec(serial="SIM01", sdk=sdk)
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        boxes = (MmsBox.INBOX, MmsBox.SENT, MmsBox.INBOX, MmsBox.OUTBOX, MmsBox.DRAFTS)
        phone.store.load_mms(
            message(index, HOSTILE[index % len(HOSTILE)], *([picture(index)] * (index % 3)), box=boxes[index % 5])
            for index in range(60)
        )
        phone.store.add_mms(Mms(at=AT, kind=MmsType.NOTIFICATION, sender="10086"))
        shelf = Shelf(MmsCollector(CLOCK))
        await shelf.collect(session)
        assert archived(shelf) == truth_of(phone)
        before = content_calls(phone)
        assert await shelf.collect(session) == []
        assert content_calls(phone) - before == 1
        new = phone.store.add_mms(message(99, "刚到", picture(99)))
        (record,) = await shelf.collect(session)
        assert record.source_key == str(new)
        for _ in range(3):
            assert await shelf.sweep(session) == []
        assert archived(shelf) == truth_of(phone)


async def test_a_large_file_is_streamed_and_a_cut_starts_it_over(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        video = MmsPart(content_type="video/mp4", data=Synthetic(8 * 1024 * 1024, seed=5))
        phone.store.load_mms([message(1, "看", video), message(2, "另", picture(2))])
        shelf = Shelf(MmsCollector(CLOCK))
        phone.faults.drop("content read", after_bytes=2 * 1024 * 1024)
        with pytest.raises(AdbBridgeError):
            await shelf.collect(session)
        assert shelf.rows == {}
        for _ in range(20):
            try:
                await shelf.collect(session)
                break
            except AdbBridgeError:
                await asyncio.sleep(0.2)
        assert archived(shelf) == truth_of(phone)
        assert shelf.unfinished == {}


@pytest.mark.parametrize("trouble", ["half", "garbage"])
async def test_a_false_answer_that_ends_well_is_not_believed(tmp_path: Path, trouble: str) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.load_mms([message(1, "看", picture(1))])
        if trouble == "half":
            phone.faults.truncate("content read", 1000, repeat=Repeat.ONCE)
        else:
            phone.faults.garbage("content read", b"\xff\x00Row: 0 _id=9", repeat=Repeat.ONCE)
        shelf = Shelf(MmsCollector(CLOCK))
        await shelf.collect(session)
        assert archived(shelf) == truth_of(phone)
        assert shelf.unfinished == {}


async def test_a_file_that_cannot_be_read_is_a_problem_of_its_part(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.load_mms([message(1, "看", picture(1)), message(2, "a" * 3_000_000)])
        phone.store.telephony.execute("UPDATE part SET _data='/data/elsewhere' WHERE _data IS NOT NULL")
        shelf = Shelf(MmsCollector(CLOCK))
        await shelf.collect(session)
        rows = [record.row for record in shelf.rows.values()]
        problems = {part.problem for row in rows if isinstance(row, MmsRow) for part in row.parts}
        assert problems == {None, "unreadable", "too_large"}
        assert shelf.unfinished == {}


async def test_deleted_late_and_changed_messages(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.load_mms(message(index) for index in range(1, 151))
        late = phone.store.add_mms(message(400, "unterwegs", box=MmsBox.OUTBOX))
        phone.store.add_mms(message(401))
        shelf = Shelf(MmsCollector(CLOCK))
        await shelf.collect(session)
        assert late not in shelf.rows
        phone.store.telephony.execute("UPDATE pdu SET msg_box=2 WHERE _id=?", (late,))
        assert [record.source_key for record in await shelf.collect(session)] == [str(late)]
        phone.store.delete_mms(7)
        phone.store.delete_mms(90)
        phone.store.telephony.execute("UPDATE pdu SET date=date+60 WHERE _id=40")
        told: list[CollectedBatch] = []
        for _ in range(3):
            assert shelf.cursor is not None
            async for batch in shelf.collector.sweep(session, shelf.cursor, shelf):
                shelf.take(batch)
                told.append(batch)
        assert [{one.source_key for one in batch.absent} for batch in told if batch.absent] == [{"7", "90"}]
        assert shelf.absent == {7, 90}
        assert archived(shelf) == truth_of(phone)


async def test_parts_that_are_linked_late_are_read_at_the_next_poll(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        new = phone.store.add_mms(message(1, "later", picture(1)))
        phone.store.telephony.execute("UPDATE part SET mid=1699999999999")
        shelf = Shelf(MmsCollector(CLOCK))
        await shelf.collect(session)
        phone.store.telephony.execute("UPDATE part SET mid=?", (new,))
        assert len(await shelf.collect(session)) == 1
        assert archived(shelf) == truth_of(phone)
        assert await shelf.collect(session) == []


async def test_a_sim_that_was_taken_out_is_a_doubt(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.insert_sim(2)
        phone.store.load_mms([message(1), Mms(at=AT, sender="1", sub_id=2), message(3)])
        shelf = Shelf(MmsCollector(CLOCK))
        await shelf.collect(session)
        phone.store.remove_sim(2)
        await shelf.collect(session)
        assert shelf.doubtful["2"].doubts == frozenset({AbsenceDoubt.SIM_FILTER})
        assert shelf.absent == set()


async def test_states_of_the_phone_are_said(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.load_mms([message(1, "看", picture(1))])
        shelf = Shelf(MmsCollector(CLOCK))
        phone.faults.refuse_permission(Right.MMS)
        assert await refusal_of(shelf.collect(session)) is BridgeErrorCode.PERMISSION_DENIED
        phone.faults.clear()
        phone.handset.restart()
        assert await refusal_of(shelf.collect(session)) is BridgeErrorCode.STORAGE_LOCKED
        phone.handset.unlock()
        phone.faults.garbage("content://mms/1/addr", b"Row: 0 _id=1, type=7, hex(address)=x\n")
        assert await refusal_of(shelf.collect(session)) is BridgeErrorCode.UNPARSEABLE
        assert shelf.rows == {}
        phone.faults.clear()
        await shelf.collect(session)
        assert archived(shelf) == truth_of(phone)
        assert not any(isinstance(record.row, UnreadableRow) for record in shelf.rows.values())
