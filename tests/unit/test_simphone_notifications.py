"""What apps show, in the prints of each layout."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.event_log import LogEntry
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.notifications import Message, Notification, PublicVersion, TextClass
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.profiles import spec_of
from adb_bridge.simphone.userland.dumpsys.notification import dump_notification, record_lines

HOSTILE = "收到)\n          android.title=String (假的)\n      }\n    NotificationRecord(0x1: pkg=x"
FULL = Notification(
    package="com.tencent.mm",
    uid=10201,
    id=4097,
    title="标题",
    text=HOSTILE,
    text_class=TextClass.SPANNABLE,
    ticker="a ticker of some length",
    big_text="BIG",
    sub_text="SUB",
    summary_text="SUM",
    conversation_title="CONV",
    text_lines=("first", "second"),
    messages=(Message(sender="甲", text="hi", time_ms=1710489600123), Message(sender=None, text="yo", time_ms=2)),
    actions=("Reply",),
    public=PublicVersion(title="PUBLIC", text="1 new message"),
    flags=0x12,
    when_ms=1710489600123,
)


def phone_of(profile: str) -> SimPhone:
    return SimPhone(spec_of(profile, serial="S"), SystemClock())


def dumped(phone: SimPhone, *arguments: str) -> str:
    return dump_notification(phone.handset, arguments or ("--noredact",))


def logged(phone: SimPhone) -> list[tuple[str, str]]:
    entries: list[LogEntry] = list(phone.handset.events.since(0))
    return [(entry.tag, entry.message) for entry in entries]


@pytest.mark.parametrize("profile", ["aosp-10", "aosp-11", "honor"])
def test_old_layouts_keep_all_fields_at_one_indent(profile: str) -> None:
    phone = phone_of(profile)
    phone.notifications.post(FULL)
    text = dumped(phone)
    assert "\n  Notification List:\n    NotificationRecord(0x" in text
    assert "\n      flags=0x12\n" in text and "\n      when=1710489600123\n" in text
    assert f"\n          android.text=SpannableString ({HOSTILE})\n" in text
    assert "\n          android.textLines=CharSequence[] (2)\n            [0] first\n            [1] second\n" in text
    assert "\n      color=0x00000000      timeout=" in text
    assert 'actions={\n          [0] "Reply" -> PendingIntent{' in text
    assert "publicNotification" not in text and "PUBLIC" not in text
    assert ("shortcut=null " in text) == (profile != "aosp-10")
    assert text.startswith("Current Notification Manager state:\n  Toast Queue:") == (profile == "aosp-10")


@pytest.mark.parametrize(("profile", "is_15"), [("aosp-14", False), ("oneui", False), ("aosp-15", True)])
def test_new_layouts_double_the_prefix_and_show_the_public_version_after(profile: str, is_15: bool) -> None:  # noqa: FBT001
    phone = phone_of(profile)
    phone.notifications.post(FULL)
    text = dumped(phone)
    own, _, public = text.partition("\n      publicNotification=\n")
    assert f"\n                android.text=SpannableString ({HOSTILE})\n" in own
    assert "\n                  [1] second\n" in own
    assert "PUBLIC" not in own and "android.title=String (PUBLIC)" in public
    assert ("when=1710489600123/1710489600123" in own) == is_15
    assert ("\n      flags=ONGOING_EVENT|AUTO_CANCEL\n" if is_15 else "\n      flags=0x12\n") in own
    got = record_lines(phone.handset, FULL, indent=0, is_open=True)
    assert got.startswith("NotificationRecord(0x") and "\n        android.title=SpannableString (标题)\n" in got
    phone.notifications.post(Notification(package="p", uid=1, id=1, title="t", text=None, when_ms=1))
    assert "publicNotification=\n            None\n" in dumped(phone, "--noredact", "p", "p")


def test_bundles_are_opaque_but_where_a_profile_says_so() -> None:
    for profile, is_readable in (("aosp-14", False), ("honor", True)):
        phone = phone_of(profile)
        phone.notifications.post(FULL)
        text = dumped(phone)
        assert "android.messages=Parcelable[] (2)\n" in text
        assert ("sender=甲" in text and "text=hi, time=1710489600123" in text) == is_readable
        assert bool(re.search(r"\[0\] Bundle\[mParcelledData\.dataSize=\d+\]\n", text)) != is_readable


def test_without_noredact_no_text_is_told() -> None:
    for profile, shape in (("aosp-11", "android.title=String\n"), ("aosp-15", "android.title=String [length=2]\n")):
        phone = phone_of(profile)
        phone.wechat("甲方", "secret")
        text = dumped(phone, "--nothing")
        assert shape in text and "secret" not in text and "甲方" not in text
    assert "tickerText=...\n" in text


@given(
    title=st.none() | st.text(),
    text=st.text(),
    tag=st.none() | st.text(max_size=5),
    lines=st.lists(st.text(), max_size=3),
    profile=st.sampled_from(["aosp-10", "aosp-15", "honor"]),
)
def test_any_text_is_printed_as_it_is(
    title: str | None, text: str, tag: str | None, lines: list[str], profile: str
) -> None:
    phone = PHONES[profile]
    one = Notification(
        package="p", uid=1, id=1, tag=tag, title=title, text=text, text_lines=tuple(lines), when_ms=1, ticker=text
    )
    phone.notifications.clear()
    phone.notifications.post(one)
    shown = dumped(phone)
    assert shown.count(f"android.text=String ({text.encode('utf-8', 'replace').decode()})\n") >= 1
    assert ("android.title=" in shown) or title is None
    assert dumped(phone, "--reveal") == shown


PHONES = {name: phone_of(name) for name in ("aosp-10", "aosp-15", "honor")}


def test_messengers_update_their_chat_and_payments_stand_alone() -> None:
    phone = phone_of("oneui")
    first = phone.wechat("周女士", "在吗")
    second = phone.wechat("周女士", "在吗?", count=2)
    other = phone.wechat("工作群", "开会", sender="老冯")
    clone = phone.messengers.wechat("周女士", "x", user_id=999)
    assert first.key == second.key != other.key
    assert clone.key.startswith("999|com.tencent.mm|") and clone.key.endswith("|99910201")
    assert (second.title, second.text) == ("周女士", "[2条]周女士: 在吗?")
    assert other.text == "老冯: 开会"
    assert phone.messengers.wechat_transfer("周女士").text == "[转账] 请收款"
    assert phone.messengers.wechat_receipt("12.50").text == "微信支付收款12.50元(朋友到店)"
    assert phone.wecom("客户", "您好").text_class is TextClass.SPANNABLE
    assert phone.messengers.alipay_receipt("9.99", payer="小王").text == "小王通过扫码向你付款9.99元"
    assert phone.messengers.alipay_receipt("1.00").key != phone.messengers.alipay_receipt("2.00").key
    history = phone.notifications.history
    assert [posting.is_update for posting in history[:3]] == [False, True, False]
    enqueued = [message for tag, message in logged(phone) if tag == "notification_enqueue"]
    assert enqueued[0].endswith(f",0,{first.key}]") and enqueued[1].endswith(f",1,{first.key}]")  # Samsung's ninth


def test_cancelling_leaves_its_lines() -> None:
    phone = phone_of("aosp-14")
    one, two = phone.wechat("a", "1"), phone.wechat("b", "2")
    phone.wecom("c", "3")
    assert phone.notifications.cancel(one.key) and not phone.notifications.cancel(one.key)
    assert phone.notifications.cancel_all("com.tencent.mm") == 1
    tags = [tag for tag, _ in logged(phone) if "cancel" in tag]
    assert tags == [
        "notification_cancel", "notification_canceled", "notification_cancel_all", "notification_canceled",
    ]  # fmt: skip
    assert ("notification_canceled", f"[{two.key},9,9000,9000,0,-1,-1,NULL]") in logged(phone)
    assert [left.package for left in phone.notifications.list()] == ["com.tencent.wework"]
    assert "Notification List" not in dumped(phone, "--noredact", "p", "com.tencent.mm")


def test_two_hundred_at_once_stay() -> None:
    phone = phone_of("aosp-14")
    for number in range(200):
        phone.wechat(f"chat {number}", "x")
    assert dumped(phone).count("\n    NotificationRecord(") == 200
    phone.faults.refuse_permission(Right.NOTIFICATIONS)
    assert dumped(phone).startswith("Permission Denial: can't dump")
