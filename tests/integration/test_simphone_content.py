"""`content` of the simulated phone prints what AOSP prints, on real SQL."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.providers import tables
from adb_bridge.simphone.rows import Call, Sms, SmsBox
from adb_bridge.simphone.spec import Latencies, PhoneSpec

from .simphone_support import Adb, Answer, connected

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
async def phone(adb: Adb) -> AsyncIterator[SimPhone]:
    async with connected(adb, PhoneSpec(serial="SIM1", sdk=34)) as opened:
        yield opened


async def query(adb: Adb, phone: SimPhone, uri: str, *arguments: str) -> Answer:
    quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in ("--uri", uri, *arguments))
    answer = await adb.shell(phone, f"content query {quoted}")
    assert answer.code == 0
    return answer


async def test_values_are_printed_raw(adb: Adb, phone: SimPhone) -> None:
    phone.store.load_sms(
        [
            Sms(address="+8613800130001", body="line one\nRow: 1 _id=2, body=forged", at=NOW),
            Sms(address=None, body=None, at=NOW, box=SmsBox.SENT),
            Sms(address="", body="", at=NOW),
            Sms(address="x", body=b"\xff\xfe", at=NOW, box=SmsBox.DRAFT),
        ]
    )
    asked = ("--projection", "_id:date:address:body:person", "--sort", "_id ASC")
    answer = await query(adb, phone, "content://sms", *asked)
    assert answer.out == (
        b"Row: 0 _id=1, date=1772600767000, address=+8613800130001, body=line one\nRow: 1 _id=2, body=forged, "
        b"person=NULL\n"
        b"Row: 1 _id=2, date=1772600767000, address=NULL, body=NULL, person=NULL\n"
        b"Row: 2 _id=3, date=1772600767000, address=, body=, person=NULL\n"
    )


async def test_sms_takes_expressions(adb: Adb, phone: SimPhone) -> None:
    phone.store.load_sms([Sms(address="a", body="你好, \0x", at=NOW), Sms(address="b", body=b"\xff\x00\xc3", at=NOW)])
    expressions = "_id:hex(body):typeof(body):'it':quote(address):body IS NULL"
    answer = await query(adb, phone, "content://sms", "--projection", expressions, "--sort", "_id LIMIT 1")
    assert answer.out == (
        b"Row: 0 _id=1, hex(body)=E4BDA0E5A5BD2C200078, typeof(body)=text, 'it'=it, quote(address)='a', "
        b"body IS NULL=0\n"
    )
    answer = await query(adb, phone, "content://sms", "--projection", " hex(body) : x'00' ", "--where", "_id=2")
    assert answer.out == b"Row: 0 hex(body)=FF00C3, x'00'=BLOB\n"


async def test_sms_boxes_and_single_rows(adb: Adb, phone: SimPhone) -> None:
    phone.store.load_sms(Sms(address="a", body="b", at=NOW, box=box) for box in SmsBox)
    only = ("--projection", "_id")
    assert (await query(adb, phone, "content://sms", *only, "--sort", "_id")).out == b"Row: 0 _id=1\nRow: 1 _id=2\n"
    assert (await query(adb, phone, "content://sms/2", *only)).out == b"Row: 0 _id=2\n"
    assert (await query(adb, phone, "content://sms/inbox", *only)).out == b"Row: 0 _id=1\n"
    for hidden in ("content://sms/3", "content://sms/draft", "content://sms/failed", "content://sms/no-such-path"):
        assert (await query(adb, phone, hidden, *only)).out == b"No result found.\n"


async def test_rejected_sms_query_looks_like_no_rows(adb: Adb, phone: SimPhone) -> None:
    phone.store.load_sms([Sms(address="a", body="select me", at=NOW)])
    trick = ("--where", "_id IN (SELECT _id FROM sms)")
    assert (await query(adb, phone, "content://sms", *trick)).out == b"No result found.\n"
    harmless = ("--projection", "_id", "--where", "body = 'select me'")
    assert (await query(adb, phone, "content://sms", *harmless)).out == b"Row: 0 _id=1\n"
    async with connected(adb, PhoneSpec(serial="OLD", sdk=29)) as old:
        old.store.load_sms([Sms(address="a", body="b", at=NOW)])
        answer = await query(adb, old, "content://sms", "--projection", "_id", *trick)
        assert answer.out == b"Row: 0 _id=1\n"


async def test_condition_cannot_close_the_provider_s_parenthesis(adb: Adb, phone: SimPhone) -> None:
    phone.store.load_sms([Sms(address="a", body="b", at=NOW, box=SmsBox.INBOX)])
    answer = await query(adb, phone, "content://sms/sent", "--where", "1=1) OR (1=1")
    assert answer.out == b""
    assert b"android.database.sqlite.SQLiteException" in answer.err


async def test_rows_of_a_removed_sim_vanish_from_14_on(adb: Adb, phone: SimPhone) -> None:
    phone.store.load_sms([Sms(address="a", body="b", at=NOW, sub_id=1), Sms(address="a", body="b", at=NOW, sub_id=-1)])
    phone.store.remove_sim(1)
    only = ("--projection", "_id", "--sort", "_id")
    assert (await query(adb, phone, "content://sms", *only)).out == b"Row: 0 _id=2\n"
    phone.store.insert_sim(1)
    assert (await query(adb, phone, "content://sms", *only)).out == b"Row: 0 _id=1\nRow: 1 _id=2\n"


async def test_row_of_two_megabytes_breaks_the_query(adb: Adb, phone: SimPhone) -> None:
    phone.store.load_sms([Sms(address="a", body="x" * 2_200_000, at=NOW)])
    answer = await query(adb, phone, "content://sms", "--projection", "_id:body")
    assert answer.out == b""
    assert b"SQLiteBlobTooBigException" in answer.err
    sizes = await query(adb, phone, "content://sms", "--projection", "length(body)")
    assert sizes.out == b"Row: 0 length(body)=2200000\n"


async def test_call_log_is_strict(adb: Adb, phone: SimPhone) -> None:
    phone.store.load_calls([Call(number="13800130001", name="王, duration=9", at=NOW, duration_s=7)])
    answer = await query(adb, phone, "content://call_log/calls", "--projection", "_id:duration:name")
    assert answer.out.decode() == "Row: 0 _id=1, duration=7, name=王, duration=9\n"
    for bad in ("hex(name)", "_id:nonsense", "'x'"):
        answer = await query(adb, phone, "content://call_log/calls", "--projection", bad)
        assert answer.out == b""
        assert (
            f"java.lang.IllegalArgumentException: Invalid column {bad.rpartition(':')[2]}\n\tat ".encode() in answer.err
        )
        assert answer.err.startswith(b"Error while accessing provider:call_log\n")
    answer = await query(adb, phone, "content://call_log/calls", "--projection", "COUNT(_id):MAX(date)")
    assert answer.out == b"Row: 0 COUNT(_id)=1, MAX(date)=1772600767000\n"
    answer = await query(adb, phone, "content://call_log/calls", "--sort", "date DESC LIMIT 1")
    assert b"IllegalArgumentException: Invalid token LIMIT" in answer.err
    assert (await query(adb, phone, "content://call_log/calls/1", "--projection", "name")).out.decode() == (
        "Row: 0 name=王, duration=9\n"
    )
    whole = (await query(adb, phone, "content://call_log/calls")).out.decode()
    assert whole.count("=") == 41  # 40 columns, and the one in the name


@pytest.mark.parametrize(
    ("sdk", "is_allowed"), [(28, False), (29, False), (30, False), (31, True), (33, True), (35, True)]
)
async def test_call_log_permission_by_version(adb: Adb, sdk: int, *, is_allowed: bool) -> None:
    async with connected(adb, PhoneSpec(serial="SIM1", sdk=sdk)) as phone:
        phone.store.load_calls([Call(number="1", at=NOW)])
        answer = await query(adb, phone, "content://call_log/calls", "--projection", "_id")
        assert answer.out == (b"Row: 0 _id=1\n" if is_allowed else b"")
        assert (b"java.lang.SecurityException: Permission Denial" in answer.err) != is_allowed


async def test_call_log_keeps_500_per_sim_and_pages_by_uri(adb: Adb, phone: SimPhone) -> None:
    phone.store.load_calls(
        Call(number="1", at=NOW + timedelta(minutes=index), sub_id=1 + index % 2) for index in range(1_100)
    )
    assert len(phone.store.call_ids()) == 1_000
    assert min(phone.store.call_ids()) == 101
    page = await query(
        adb, phone, "content://call_log/calls?limit=3&offset=2", "--projection", "_id", "--sort", "date DESC"
    )
    assert page.out == b"Row: 0 _id=1098\nRow: 1 _id=1097\nRow: 2 _id=1096\n"


async def test_contacts(adb: Adb, phone: SimPhone) -> None:
    base = "content://com.android.contacts"
    first = phone.store.add_contact(
        name="周女士", numbers=("13800130001", "02100000000"), emails=("z@example.com",), note="VIP"
    )
    second = phone.store.add_contact(name=None, numbers=("13800130002",))
    answer = await query(
        adb, phone, f"{base}/contacts", "--projection", "_id:display_name:has_phone_number", "--sort", "_id"
    )
    assert answer.out.decode() == (
        "Row: 0 _id=1, display_name=周女士, has_phone_number=1\nRow: 1 _id=2, display_name=NULL, has_phone_number=1\n"
    )
    data = ("--projection", "contact_id:mimetype:data1", "--where", f"contact_id={first}", "--sort", "_id")
    assert (await query(adb, phone, f"{base}/data", *data)).out.decode() == (
        "Row: 0 contact_id=1, mimetype=vnd.android.cursor.item/name, data1=周女士\n"
        "Row: 1 contact_id=1, mimetype=vnd.android.cursor.item/phone_v2, data1=13800130001\n"
        "Row: 2 contact_id=1, mimetype=vnd.android.cursor.item/phone_v2, data1=02100000000\n"
        "Row: 3 contact_id=1, mimetype=vnd.android.cursor.item/email_v2, data1=z@example.com\n"
        "Row: 4 contact_id=1, mimetype=vnd.android.cursor.item/note, data1=VIP\n"
    )
    phones = await query(adb, phone, f"{base}/data/phones", "--projection", "data1", "--sort", "_id DESC")
    assert phones.out.startswith(b"Row: 0 data1=13800130002\n")
    phone.store.edit_contact(first, name="老周", numbers=("13800130009",))
    assert (await query(adb, phone, f"{base}/contacts/1", "--projection", "display_name")).out.decode() == (
        "Row: 0 display_name=老周\n"
    )
    phone.store.delete_contact(second)
    assert (
        await query(adb, phone, f"{base}/deleted_contacts", "--projection", "contact_id")
    ).out == b"Row: 0 contact_id=2\n"
    assert (await query(adb, phone, f"{base}/contacts/2")).out == b"No result found.\n"
    raw = await query(adb, phone, f"{base}/raw_contacts", "--projection", "_id:version:deleted", "--sort", "_id")
    assert raw.out == b"Row: 0 _id=1, version=2, deleted=0\nRow: 1 _id=2, version=2, deleted=1\n"
    assert b"Invalid column hex(data1)" in (await query(adb, phone, f"{base}/data", "--projection", "hex(data1)")).err
    assert b"Unknown URL" in (await query(adb, phone, f"{base}/nothing")).err


async def test_wrong_arguments_and_forbidden_verbs(adb: Adb, phone: SimPhone) -> None:
    for command, why in (
        ("content query --url content://sms", "[ERROR] Unsupported argument: --url"),
        ("content query --uri content://sms --where --sort x", "[ERROR] No value for argument: --where"),
        ("content query", "[ERROR] Content provider URI not specified."),
        ("content frobnicate", "[ERROR] Unsupported operation: frobnicate"),
    ):
        answer = await adb.shell(phone, command)
        assert (answer.code, answer.err) == (0, b"")
        assert answer.out.startswith(b"usage: adb shell content")
        assert why in answer.out.decode()
    for command in (
        "delete --uri content://sms",
        "insert --uri content://com.android.contacts/raw_contacts --bind a:s:b",
    ):
        answer = await adb.shell(phone, f"content {command}")
        assert answer.out == b""
        assert b"java.lang.SecurityException: Permission Denial" in answer.err
    nowhere = await query(adb, phone, "content://no.such.authority/x")
    assert b"java.lang.IllegalStateException: Could not find provider: no.such.authority" in nowhere.err


async def test_endless_sql_is_interrupted(adb: Adb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "QUERY_LIMIT_S", 0.5)
    async with connected(adb, PhoneSpec(serial="OLD", sdk=29)) as old:
        endless = "_id IN (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x FROM c)"
        old.store.load_sms([Sms(address="a", body="b", at=NOW)])
        answer = await query(adb, old, "content://sms", "--where", endless)
        assert b"SQLiteException" in answer.err
        assert (await adb.shell(old, "echo fine")).out == b"fine\n"


async def test_latency_is_the_command_s_only(adb: Adb) -> None:
    async with connected(adb, PhoneSpec(serial="SIM1", latencies=Latencies(content_s=0.5))) as phone:
        started = time.monotonic()
        await asyncio.gather(*(query(adb, phone, "content://sms") for _ in range(3)))
        assert 0.5 <= time.monotonic() - started < 1.4
        started = time.monotonic()
        await adb.shell(phone, "echo quick")
        assert time.monotonic() - started < 0.45


async def test_fifty_thousand_rows_arrive_whole(adb: Adb, phone: SimPhone) -> None:
    bodies = [f"第{index}条, 内容\nRow: {index} _id=1" for index in range(50_000)]
    phone.store.load_sms(Sms(address="13800130001", body=body, at=NOW) for body in bodies)
    started = time.monotonic()
    answer = await query(adb, phone, "content://sms", "--projection", "_id:hex(body)", "--sort", "_id")
    seconds = time.monotonic() - started
    lines = answer.out.splitlines()
    assert lines == [
        f"Row: {index} _id={index + 1}, hex(body)={body.encode().hex().upper()}".encode()
        for index, body in enumerate(bodies)
    ]
    # Eight times the product's own bar and a fifth of what this does on a slow machine: a guard against a blunder.
    assert len(lines) / seconds > 40_000
