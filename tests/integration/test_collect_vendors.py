"""Phones that take neither expressions nor limits, or whose columns and clocks are their own: nothing is lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adb_bridge.collectors.call_log import CallLogCollector
from adb_bridge.collectors.contacts import ContactsCollector
from adb_bridge.collectors.mms import MmsCollector
from adb_bridge.collectors.sms import SmsCollector
from adb_bridge.records import CallRow, ContactRow, SmsRow
from adb_bridge.rows import ContactDetailKind, MmsRow
from adb_bridge.session import Session
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.rows import Call, CallKind, Contact, Sms
from adb_bridge.simphone.spec import PhoneSpec
from adb_bridge.simphone.traits import LimitParameter, SmsProjection, plain_traits
from tests.integration.bridge_support import CLOCK, Shelf, connected, running_bridge
from tests.integration.test_collect_mms import archived, message, picture, truth_of

AT = datetime(2024, 3, 15, 4, tzinfo=UTC)
PLAIN = plain_traits(34)
# Bytes that are no UTF-8 come through no other way than hex(): Java replaces them before it prints.
TEXTS = ("\ufffd broken", "a\nRow: 1 _id=2, body=x", "NULL", None, "", ", body=1, address=2", "金价 \U0001f600")
DATA = "INSERT INTO data (raw_contact_id, mimetype, data1, data2, data3, data4, data5, data6) VALUES (?,?,?,?,?,?,?,?)"
ITEM = "vnd.android.cursor.item/"


async def rounds(shelf: Shelf, session: Session, times: int = 3) -> None:
    for _ in range(times):
        await shelf.collect(session)
        await shelf.sweep(session)


# --- messages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refusal", ["error", "nothing"])
async def test_messages_of_a_vendor_that_takes_no_expressions(tmp_path: Path, refusal: str) -> None:
    traits = replace(PLAIN, sms_projection=SmsProjection.COLUMNS) if refusal == "error" else PLAIN
    spec = PhoneSpec(serial="SIM01", sdk=34, traits=traits)
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        if refusal == "nothing":
            phone.faults.garbage("hex(body)", b"No result found.\n")
        assert await Shelf(SmsCollector(CLOCK)).collect(session) == []  # empty, and no trouble
        phone.store.load_sms(Sms(address=f"1{index}", body=TEXTS[index % len(TEXTS)], at=AT) for index in range(40))
        shelf = Shelf(SmsCollector(CLOCK))
        await rounds(shelf, session)
        phone.store.delete_sms(30)
        phone.store.edit_sms(35, body="changed")
        new = phone.store.add_sms(address="10086", body="neu\n, body=2")
        await rounds(shelf, session)
        assert shelf.absent == {30}
        truth = {row.provider_id: (row.address, row.body) for row in phone.store.sms()}
        read = {
            row_id: (record.row.address, record.row.body)
            for row_id, record in shelf.rows.items()
            if isinstance(record.row, SmsRow) and row_id not in shelf.absent
        }
        assert read == truth
        assert new in read
        phone.faults.clear()
        assert await shelf.collect(session) == []


async def test_mms_of_a_vendor_that_takes_no_expressions(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, PhoneSpec(serial="SIM01")) as (phone, session):
        phone.faults.garbage("hex(", b"No result found.\n")
        phone.store.load_mms(
            [message(1, "a\nRow: 1 _id=2, text=x", picture(1)), message(2, "NULL"), message(3, None, picture(3))]
        )
        shelf = Shelf(MmsCollector(CLOCK))
        await shelf.collect(session)
        assert archived(shelf) == truth_of(phone)
        assert all(isinstance(record.row, MmsRow) for record in shelf.rows.values())
        phone.store.add_mms(message(4))
        phone.store.delete_mms(2)
        await rounds(shelf, session)
        assert archived(shelf) == truth_of(phone)


# --- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [LimitParameter.IGNORED, LimitParameter.REJECTED])
async def test_calls_and_contacts_of_a_vendor_without_a_limit(tmp_path: Path, limit: LimitParameter) -> None:
    spec = PhoneSpec(serial="SIM01", sdk=34, traits=replace(PLAIN, limit_parameter=limit))
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        phone.store.load_calls(Call(number=str(index), at=AT + timedelta(minutes=index)) for index in range(230))
        people = phone.store.load_contacts([Contact(name=f"c{index}") for index in range(230)], at=AT)
        calls, contacts = Shelf(CallLogCollector(CLOCK)), Shelf(ContactsCollector(CLOCK))
        for shelf in (calls, contacts):
            await rounds(shelf, session)
            assert len(shelf.rows) == 230
            assert await shelf.collect(session) == []
        phone.store.delete_call(100)
        phone.store.add_call(number="10086")
        phone.store.delete_contact(people[100])
        phone.store.add_contact(name="neu")
        for shelf in (calls, contacts):
            await rounds(shelf, session)
            assert len(shelf.rows) == 231
        assert (calls.absent, contacts.absent) == ({100}, {people[100]})


# --- calls -----------------------------------------------------------------------------------------------------------


def edit_call(phone: SimPhone, call_id: int, *, modified_ms: int | None, **columns: int) -> None:
    sets = ", ".join(f"{name}={value}" for name, value in columns.items())
    phone.store.call_log.execute(f"UPDATE calls SET {sets} WHERE _id=?", (call_id,))
    if modified_ms is not None:
        phone.store.call_log.execute("UPDATE calls SET last_modified=? WHERE _id=?", (modified_ms, call_id))


async def test_an_edited_call_comes_again_at_the_next_poll(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, PhoneSpec(serial="SIM01")) as (phone, session):
        ids = [phone.store.add_call(number=str(index), kind=CallKind.MISSED) for index in range(60)]
        shelf = Shelf(CallLogCollector(CLOCK))
        await shelf.collect(session)
        now_ms = int(CLOCK.now().timestamp() * 1000)
        # Far back, told by last_modified; among the newest, with last_modified left stale as before 2021-05.
        edit_call(phone, ids[5], modified_ms=now_ms + 60_000, type=5, duration=7)
        edit_call(phone, ids[-4], modified_ms=None, type=5)
        assert [record.source_key for record in await shelf.collect(session)] == [str(ids[5]), str(ids[-4])]
        row = shelf.rows[ids[5]].row
        assert isinstance(row, CallRow)
        assert (row.type, row.duration_s) == (5, 7)
        assert await shelf.collect(session) == []
        # A change in the phone's future is given once and hides nothing.
        edit_call(phone, ids[6], modified_ms=now_ms + 10**12, type=5)
        assert [record.source_key for record in await shelf.collect(session)] == [str(ids[6])]
        assert await shelf.collect(session) == []
        edit_call(phone, ids[7], modified_ms=now_ms + 120_000, type=5)
        assert [record.source_key for record in await shelf.collect(session)] == [str(ids[7])]


async def test_an_old_call_edited_behind_a_stale_time_is_found_by_the_sweep(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, PhoneSpec(serial="SIM01")) as (phone, session):
        ids = [phone.store.add_call(number=str(index), kind=CallKind.MISSED) for index in range(120)]
        shelf = Shelf(CallLogCollector(CLOCK))
        await shelf.collect(session)
        edit_call(phone, ids[70], modified_ms=None, type=5)
        assert await shelf.collect(session) == []
        await rounds(shelf, session)
        row = shelf.rows[ids[70]].row
        assert isinstance(row, CallRow)
        assert row.type == 5


# --- contacts --------------------------------------------------------------------------------------------------------


def raw_id(phone: SimPhone, contact_id: int) -> int:
    ((value,),) = phone.store.contacts_db.select("SELECT name_raw_contact_id FROM contacts WHERE _id=?", (contact_id,))
    assert isinstance(value, int)
    return value


async def test_every_kind_of_line_of_a_contact(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, PhoneSpec(serial="SIM01")) as (phone, session):
        person = phone.store.add_contact(name="王女士", numbers=["1"], note="n")
        lines = (
            ("organization", "金行", None, None, "店长, data5=x", None, None),
            ("organization", None, None, None, "only a title", None, None),
            ("nickname", "小王\nRow: 1 _id=2", None, None, None, None, None),
            ("postal-address_v2", "上海市", "1", None, None, None, None),
            ("website", "http://a.cn", "7", "主页", None, None, None),
            ("im", "wx_1", "0", None, None, "-1", "微信"),
            ("contact_event", "1990-01-01", "3", None, None, None, None),
            ("relation", "李", "14", None, None, None, None),
            ("sip_address", "a@sip", None, None, None, None, None),
            ("website", None, None, None, None, None, None),
        )
        for line in lines:
            phone.store.contacts_db.execute(DATA, (raw_id(phone, person), ITEM + line[0], *line[1:]))
        shelf = Shelf(ContactsCollector(CLOCK))
        await shelf.collect(session)
        row = shelf.rows[person].row
        assert isinstance(row, ContactRow)
        kind = ContactDetailKind
        assert [(one.kind, one.value, one.label) for one in row.details] == [
            (kind.ORGANIZATION, "金行", "店长, data5=x"),
            (kind.ORGANIZATION, "", "only a title"),
            (kind.NICKNAME, "小王\nRow: 1 _id=2", None),
            (kind.ADDRESS, "上海市", "1"),
            (kind.WEBSITE, "http://a.cn", "主页"),
            (kind.IM, "wx_1", "微信"),
            (kind.EVENT, "1990-01-01", "3"),
            (kind.RELATION, "李", "14"),
            (kind.SIP, "a@sip", None),
        ]


async def test_contacts_changed_after_the_clock_was_set_back(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, PhoneSpec(serial="SIM01")) as (phone, session):
        ids = phone.store.load_contacts([Contact(name=f"c{index}") for index in range(300)], at=CLOCK.now())
        shelf = Shelf(ContactsCollector(CLOCK))
        await rounds(shelf, session, 6)
        phone.jump_clock(-90 * 86_400_000)
        phone.store.edit_contact(ids[3], name="anders")
        phone.store.edit_contact(ids[250], note="neu")
        added = phone.store.add_contact(name="gestern")
        assert await shelf.collect(session) == []
        swept = [record.source_key for _ in range(4) for record in await shelf.sweep(session)]
        assert {str(ids[3]), str(ids[250]), str(added)} <= set(swept)
        assert len(swept) < 200
        # In the same clock everything is quiet again.
        assert [record for _ in range(2) for record in await shelf.sweep(session)] == []


async def test_a_change_written_out_of_order_is_not_passed_over(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, PhoneSpec(serial="SIM01")) as (phone, session):
        shelf = Shelf(ContactsCollector(CLOCK))
        phone.store.load_contacts([Contact(name="a")], at=CLOCK.now())
        await shelf.collect(session)
        (late,) = phone.store.load_contacts([Contact(name="b")], at=CLOCK.now() - timedelta(seconds=60))
        assert [record.source_key for record in await shelf.collect(session)] == [str(late)]
        assert await shelf.collect(session) == []
