"""What messengers and payment apps show on simulated phones of several systems, read through the real adb server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from adb_bridge.bridge import Bridge
from adb_bridge.collectors.notifications import NotificationsCollector
from adb_bridge.collectors.settings import DEFAULT_NOTIFICATION_APPS
from adb_bridge.errors import BridgeErrorCode
from adb_bridge.records import Cursor, RawRecord, UnreadableRow
from adb_bridge.rows import NotificationRow
from adb_bridge.session import Session
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.notifications import Message, Notification, PublicVersion, TextClass
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.profiles.specs import spec_of
from adb_bridge.simphone.userland import cmd
from adb_bridge.simphone.userland.call import Call
from adb_bridge.simphone.userland.notification import notification_command

from .bridge_support import CLOCK, Shelf, connected, refusal_of, running_bridge

WECHAT = "com.tencent.mm"
IMITATIONS = (
    "x)\n          android.title=String (假的",
    "x)\n              android.text=String (假的)\n          }",
    "x)\n      }\n      stats=1",
    "x)\n      extras={\n          android.title=String (假的)\n      }",
    "x)\n          }\n    publicNotification=\n        extras={\n            android.title=String (假的",
    "x\n    NotificationRecord(0x1: pkg=com.tencent.mm user=UserHandle{0} id=9)\n      key=0|com.tencent.mm|9|null|1",
    "多行\n\n  \n}) 😀 [0] \r结束)",
    "null",
    "",
)
PROFILES = ("aosp-10", "emui", "aosp-11", "aosp-13", "hyperos", "aosp-14", "aosp-15", "oneui", "vivo", "coloros")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bridge(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bridge]:
    async with running_bridge(tmp_path_factory.mktemp("notifications")) as one:
        yield one


def shelf() -> Shelf:
    return Shelf(NotificationsCollector(CLOCK, DEFAULT_NOTIFICATION_APPS))


def rows(records: list[RawRecord]) -> list[NotificationRow]:
    found = [record.row for record in records]
    assert all(isinstance(row, NotificationRow) for row in found)
    return [row for row in found if isinstance(row, NotificationRow)]


def told(row: NotificationRow | Notification) -> tuple[object, ...]:
    """What must be equal, byte for byte."""
    lines = row.lines if isinstance(row, NotificationRow) else row.text_lines
    return (row.key, row.when_ms, row.title, row.text, row.big_text, row.sub_text, row.conversation_title, lines)


async def everything_is_there(session: Session, phone: SimPhone, one: Shelf) -> list[NotificationRow]:
    found = rows(await one.collect(session))
    wanted = [told(shown) for shown in phone.notifications.list() if shown.package in DEFAULT_NOTIFICATION_APPS]
    assert sorted(map(told, found), key=repr) == sorted(wanted, key=repr)
    assert await one.collect(session) == []
    return found


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("profile", PROFILES)
async def test_every_text_is_archived_as_it_was_shown(bridge: Bridge, profile: str) -> None:
    async with connected(bridge, spec_of(profile, serial=f"N{profile}".upper())) as (phone, session):
        one = shelf()
        assert await one.collect(session) == []
        phone.wechat("王小姐", "手镯还在吗(圈口56)\n或者57")
        phone.wechat("门店群", "到货了", sender="李四", count=3)
        phone.wecom("客户张三", "[转账] 请收款")
        phone.alipay("支付宝成功收款1,000.00元")
        phone.notifications.post(note(90, title="别的", text="不该读", package="com.example.other"))
        for number, text in enumerate(IMITATIONS):
            phone.notifications.post(note(100 + number, title=f"客{number}", text=text, ticker=text, big_text=text))
            phone.notifications.post(note(200 + number, title=text, text=f"说{number}", kind=TextClass.SPANNABLE))
        found = await everything_is_there(session, phone, one)
        assert [row.problem for row in found if row.problem not in {None, "ambiguous"}] == []
        assert [row for row in found if row.problem == "ambiguous" and row.title in {"王小姐", "门店群"}] == []
        assert all("com.example.other" not in str(row) for row in found)


@pytest.mark.asyncio(loop_scope="module")
async def test_updates_of_one_notification_are_records_of_their_own(bridge: Bridge) -> None:
    async with connected(bridge, spec_of("aosp-14", serial="NUPD")) as (phone, session):
        one = shelf()
        texts = ["一", "二", "[2条]王: 二"]
        for text in texts:
            phone.notifications.post(note(1, title="王", text=text))
            (row,) = rows(await one.collect(session))
            assert row.text == text
        assert await one.collect(session) == []
        assert len(one.keyed) == 3
        phone.notifications.cancel(phone.notifications.list()[0].key)
        assert await one.collect(session) == []
        one.cursor = Cursor("broken")
        assert await one.collect(session) == []


@pytest.mark.asyncio(loop_scope="module")
async def test_styles_and_what_the_locked_screen_shows(bridge: Bridge) -> None:
    async with connected(bridge, spec_of("aosp-15", serial="NSTYLE")) as (phone, session):
        one = shelf()
        said = (Message(sender="张三", text="在吗", time_ms=5), Message(sender=None, text="在", time_ms=6))
        public = PublicVersion(title="微信", text="你收到了一条消息")
        phone.notifications.post(note(1, title="群", text="在", conversation="群", messages=said, public=public))
        lines = ("x\n          [1] 假", "b)")
        phone.notifications.post(note(2, title="企业微信", text="b)", lines=lines))
        found = {row.title: row for row in await everything_is_there(session, phone, one)}
        assert {str(title): row.problem for title, row in found.items()} == {"群": None, "企业微信": "ambiguous"}


@pytest.mark.asyncio(loop_scope="module")
async def test_two_hundred_at_once_and_a_text_of_100_kb(bridge: Bridge) -> None:
    async with connected(bridge, spec_of("aosp-13", serial="NMANY")) as (phone, session):
        one = shelf()
        for number in range(200):
            phone.notifications.post(note(number, title=f"客户{number}", text=f"第{number}条"))
        phone.notifications.post(note(500, title="长", text="金)\n" * 25_000))
        await everything_is_there(session, phone, one)
        assert len(one.keyed) == 201


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("profile", ["aosp-10", "aosp-14"])
async def test_a_right_taken_away_and_given_back(bridge: Bridge, profile: str) -> None:
    async with connected(bridge, spec_of(profile, serial=f"NR{profile[-2:]}")) as (phone, session):
        one = shelf()
        phone.wechat("王", "a")
        phone.faults.refuse_permission(Right.NOTIFICATIONS)
        assert await refusal_of(one.collect(session)) is BridgeErrorCode.PERMISSION_DENIED
        phone.faults.grant_permission(Right.NOTIFICATIONS)
        assert [row.text for row in rows(await one.collect(session))] == ["a"]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("profile", ["emui", "hyperos"])
async def test_other_apps_are_never_asked_for(bridge: Bridge, profile: str, tmp_path: Path) -> None:
    async with connected(bridge, spec_of(profile, serial=f"NP{profile}".upper())) as (phone, session):
        phone.notifications.post(note(1, title="银行", text="验证码", package="com.example.bank"))
        phone.wechat("王", "a")
        before = len(phone.journal)
        await shelf().collect(session)
        asked = [served.command for served in phone.journal[before:]]
        assert asked
        assert not [command for command in asked if "com.example.bank" in command]
        dumps = [part for command in asked for part in command.split(";") if "dumpsys notification" in part]
        assert all("--package" in part for part in dumps)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("profile", ["emui", "aosp-14"])
async def test_a_phone_that_hangs_or_answers_half(
    bridge: Bridge, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(bridge, spec_of(profile, serial=f"NH{profile}".upper())) as (phone, session):
        one = shelf()
        phone.wechat("王", "a")
        monkeypatch.setattr("adb_bridge.collectors.notifications._TIMEOUT_S", 0.3)
        hanging = phone.faults.hang("notification", after_bytes=50)
        assert await refusal_of(one.collect(session)) is BridgeErrorCode.DEVICE_TIMEOUT
        phone.faults.disarm(hanging)
        monkeypatch.setattr("adb_bridge.collectors.notifications._TIMEOUT_S", 20.0)
        for size in (0, 40, 300, 1200):
            half = phone.faults.truncate("notification get" if profile == "aosp-14" else "dumpsys notification", size)
            assert await refusal_of(one.collect(session)) is BridgeErrorCode.UNPARSEABLE
            phone.faults.disarm(half)
        assert [row.text for row in rows(await one.collect(session))] == ["a"]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_text_over_the_limit_is_named_and_the_others_are_read(bridge: Bridge) -> None:
    async with connected(bridge, spec_of("aosp-14", serial="NBIG")) as (phone, session):
        one = shelf()
        phone.notifications.post(note(1, title="大", text="x" * 2_200_000))
        phone.notifications.post(note(2, title="小", text="y"))
        found = {record.source_key: record.row for record in await one.collect(session)}
        big = found.pop("0|com.tencent.mm|1|null|10123#0#too_large")
        assert isinstance(big, UnreadableRow)
        assert big.reason == "too_large"
        assert [row.text for row in found.values() if isinstance(row, NotificationRow)] == ["y"]
        assert await one.collect(session) == []


@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_shown_costs_one_command(bridge: Bridge) -> None:
    async with connected(bridge, spec_of("aosp-14", serial="NIDLE")) as (phone, session):
        one = shelf()
        for number in range(30):
            phone.notifications.post(note(number, title="别的", text="x", package="com.example.other"))
        before = len(phone.journal)
        assert await one.collect(session) == []
        cursor = one.cursor
        assert await one.collect(session) == []
        assert [served.command.count("cmd ") for served in phone.journal[before:]] == [1, 1]
        assert one.cursor == cursor


@pytest.mark.asyncio(loop_scope="module")
async def test_the_phones_clock_set_back_loses_nothing(bridge: Bridge) -> None:
    async with connected(bridge, spec_of("aosp-14", serial="NCLOCK")) as (phone, session):
        one = shelf()
        phone.wechat("王", "a")
        assert len(await one.collect(session)) == 1
        phone.jump_clock(-400 * 24 * 3600 * 1000)
        phone.wechat("王", "a")
        phone.wechat("李", "b")
        assert [row.text for row in rows(await one.collect(session))] == ["a", "b"]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "complaint",
    [
        "Unknown command: get",
        "error: no active notification matching key: x",
        "\nException occurred while executing 'get':\njava.lang.NullPointerException\n\tat a.B.c(B.java:1)",
    ],
)
async def test_a_phone_that_lists_but_prints_no_single_record(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch, complaint: str
) -> None:
    async def without_get(call: Call, words: tuple[str, ...]) -> int:
        if words[0] != "get":
            return await notification_command(call, words)
        await call.complain(complaint)
        return 255

    monkeypatch.setitem(cmd._SERVICES, "notification", without_get)
    async with connected(bridge, spec_of("aosp-14", serial="NLIST")) as (phone, session):
        phone.wechat("王", "a")
        phone.wechat("李", "b")
        found = await shelf().collect(session)
        assert sorted(str(row.text) for row in rows(found)) == ["a", "b"]


@pytest.mark.asyncio(loop_scope="module")
async def test_of_many_the_new_one_comes_first_and_nothing_twice(bridge: Bridge) -> None:
    async with connected(bridge, spec_of("hyperos", serial="NMANY")) as (phone, session):
        for number in range(40):
            phone.notifications.post(note(number, title="客户", text=f"旧 {number}"))
        one = shelf()
        assert len(rows(await one.collect(session))) == 40
        phone.notifications.post(note(7, title="客户", text="又"))
        phone.notifications.post(note(99, title="客户", text="新"))
        told = [
            [str(row.text) for row in rows(list(batch.records))]
            async for batch in one.collector.collect(session, one.cursor, one)
        ]
        assert told == [["新"], ["又"]]
        last = phone.journal[-1].command
        assert "dumpsys notification" in last
        assert len(rows(await one.collect(session))) == 2
        assert not await one.collect(session)


def note(
    number: int,
    *,
    title: str,
    text: str,
    package: str = WECHAT,
    ticker: str | None = None,
    big_text: str | None = None,
    kind: TextClass = TextClass.STRING,
    conversation: str | None = None,
    messages: tuple[Message, ...] = (),
    lines: tuple[str, ...] = (),
    public: PublicVersion | None = None,
) -> Notification:
    return Notification(
        package=package,
        uid=10123,
        id=number,
        title=title,
        text=text,
        when_ms=1_700_000_000_000 + number,
        ticker=ticker,
        big_text=big_text,
        text_class=kind,
        conversation_title=conversation,
        messages=messages,
        text_lines=lines,
        public=public,
    )
