"""Multimedia messages through the real adb: rows, parts, addresses, files, and who may not see what."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adb_bridge.simphone.contents import Synthetic
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.mms_rows import Mms, MmsBox, MmsPart, MmsType
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import PhoneSpec

from .simphone_support import Adb, adb_server, connected

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
SMIL = MmsPart(content_type="application/smil", text="<smil/>", seq=-1, content_id="<smil>")
HOSTILE = "line\n, text=NULL\nRow: 1 _id=9\x00é\U0001f600'\""


@pytest.fixture(scope="module")
def adb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adb]:
    with adb_server(tmp_path_factory.mktemp("adb") / "home") as server:
        yield server


@pytest.fixture
async def phone(adb: Adb) -> AsyncIterator[SimPhone]:
    async with connected(adb, PhoneSpec(serial="SIMMMS1", sdk=34)) as one:
        yield one


def picture_message(*, provider_id: int | None = None, size: int = 100) -> Mms:
    return Mms(
        sender="+8613800130001",
        recipients=("+8613900139000",),
        copied=("13800130002",),
        at=AT,
        subject="戒指照片",
        parts=(
            SMIL,
            MmsPart(content_type="text/plain", text=HOSTILE),
            MmsPart(content_type="image/jpeg", data=Synthetic(size, seed=5), name="图.jpg"),
        ),
        provider_id=provider_id,
    )


async def query(adb: Adb, phone: SimPhone, uri: str, *more: str) -> bytes:
    answer = await adb.shell(phone, " ".join(("content query --uri", uri, *more)))
    assert answer.err == b""
    return answer.out


async def test_a_received_message_with_its_parts_and_addresses(adb: Adb, phone: SimPhone) -> None:
    row_id = phone.store.add_mms(picture_message())
    head = await query(adb, phone, "content://mms", "--projection _id:date:msg_box:m_type:sub_cs:'hex(sub)'")
    subject = "戒指照片".encode().decode("latin-1").encode().hex().upper()
    expected = f"Row: 0 _id={row_id}, date={int(AT.timestamp())}, msg_box=1, m_type=132, sub_cs=106, hex(sub)={subject}"
    assert head.decode() == expected + "\n"
    parts = await query(adb, phone, f"content://mms/{row_id}/part", "--projection _id:seq:ct:'hex(text)':_data")
    lines = parts.decode().splitlines()
    assert re.findall(r" ct=([^,]+)", parts.decode()) == ["application/smil", "text/plain", "image/jpeg"]
    # SQLite's hex() takes all bytes of a text, the NUL in its middle too.
    assert f"hex(text)={HOSTILE.encode().hex().upper()}, _data=NULL" in lines[1]
    assert "/app_parts/PART_" in lines[2]
    same = await query(
        adb, phone, "content://mms/part", f"--where mid={row_id} --projection _id:seq:ct:'hex(text)':_data"
    )
    assert same == parts
    addresses = await query(adb, phone, f"content://mms/{row_id}/addr", "--projection type:address:charset")
    assert addresses.decode().splitlines() == [
        "Row: 0 type=137, address=+8613800130001, charset=106",
        "Row: 1 type=151, address=+8613900139000, charset=106",
        "Row: 2 type=130, address=13800130002, charset=106",
    ]
    enqueued = (await adb.shell(phone, "logcat -b events -d")).out
    assert b"notification_enqueue" in enqueued


async def test_content_read_gives_a_parts_bytes_and_refuses_texts(adb: Adb, phone: SimPhone) -> None:
    phone.store.load_mms([picture_message(size=3_000_001)])
    smil, text, picture = phone.store.mms()[0].parts
    answer = await adb.shell(phone, f"content read --uri content://mms/part/{picture.part_id}")
    assert picture.content is not None
    assert answer.out == picture.content.read(0, 4_000_000)
    for uri, why in (
        (f"part/{text.part_id}", b"FileNotFoundException: Column _data not found."),
        ("part/999", b"FileNotFoundException: No entry for content://mms/part/999"),
        ("1", b"NullPointerException"),
    ):
        answer = await adb.shell(phone, f"content read --uri content://mms/{uri}")
        assert (answer.out, answer.code) == (b"", 0)
        assert answer.err.startswith(b"Error while accessing provider:mms\njava.")
        assert why in answer.err
    assert smil.content is None


async def test_what_shell_does_not_see(adb: Adb, phone: SimPhone) -> None:
    phone.store.load_mms(
        [
            Mms(at=AT, sender="1", box=MmsBox.DRAFTS),
            Mms(at=AT, sender="1", kind=MmsType.NOTIFICATION),
            Mms(at=AT, sender="1", sub_id=2),
            Mms(at=AT, recipients=("2",), box=MmsBox.SENT),
        ]
    )
    assert await query(adb, phone, "content://mms", "--projection _id:m_type") == b"Row: 0 _id=4, m_type=128\n"
    phone.store.insert_sim(2)
    assert (await query(adb, phone, "content://mms", "--projection _id --sort _id")).count(b"Row:") == 2
    assert {key for source, key in phone.store.visible_keys() if source == "mms"} == {"3", "4"}
    # A statement that SQLite refuses looks like an empty phone; subqueries throw.
    assert await query(adb, phone, "content://mms", "--projection nonsense") == b"No result found.\n"
    assert await query(adb, phone, "content://mms", '--where "1) OR (1"') == b"No result found.\n"
    thrown = await adb.shell(phone, "content query --uri content://mms --where '_id in (select 1)'")
    assert b"IllegalArgumentException: SELECT token not allowed in query" in thrown.err
    phone.faults.refuse_permission(Right.MMS)
    denied = await adb.shell(phone, "content query --uri content://mms/part")
    assert b"requires android.permission.READ_SMS" in denied.err


async def test_a_deleted_message_takes_its_parts_along(adb: Adb, phone: SimPhone) -> None:
    kept, gone = (phone.store.add_mms(picture_message()) for _ in range(2))
    (_, _, picture) = phone.store.mms()[1].parts
    phone.store.delete_mms(gone)
    assert [one.provider_id for one in phone.store.mms()] == [kept]
    assert (await query(adb, phone, "content://mms/part", "--projection _id")).count(b"Row:") == 3
    assert await query(adb, phone, f"content://mms/{gone}/addr") == b"No result found.\n"
    assert b"No entry" in (await adb.shell(phone, f"content read --uri content://mms/part/{picture.part_id}")).err


async def test_older_phones_have_no_sim_in_parts(adb: Adb) -> None:
    async with connected(adb, PhoneSpec(serial="SIMMMS2", sdk=30)) as phone:
        phone.store.load_mms([picture_message(provider_id=70)])
        phone.store.remove_sim(1)
        assert b"sub_id=1" in await query(adb, phone, "content://mms/70")
        parts = await query(adb, phone, "content://mms/70/part")
        assert parts.count(b"\nRow: ") >= 2
        assert b"sub_id" not in parts
        assert b"Row: 0" in await query(adb, phone, "content://mms", "--where '_id in (select 70)'")


async def test_locked_storage_is_an_error_and_not_an_empty_phone(adb: Adb, phone: SimPhone, tmp_path: Path) -> None:
    phone.store.load_mms([picture_message()])
    phone.handset.power.restart()
    answer = await adb.shell(phone, "content query --uri content://mms")
    assert b"SQLiteCantOpenDatabaseException" in answer.err
    assert answer.out == b""
