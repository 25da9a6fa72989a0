"""Prints of several Android versions, written after their sources: every text is found, and nothing else."""

from pathlib import Path

import pytest

from adb_bridge.collectors.notification_dump import read_dump, read_shapes
from adb_bridge.collectors.notification_rows import (
    NotificationKey,
    parse_key,
    read_message,
    read_notification,
    source_key_of,
)
from adb_bridge.rows import NotificationMessage, NotificationRow
from adb_bridge.untrusted import Untrusted

DATA = Path(__file__).parents[1] / "data" / "notifications"
WHEN_MS = 1710489600123


def key_of(text: str = "0|com.tencent.mm|4097|null|10123") -> NotificationKey:
    key = parse_key(text)
    assert key is not None
    return key


def row_in(name: str) -> NotificationRow:
    reading = read_notification((DATA / name).read_text().split("\n"), key_of())
    assert reading is not None
    assert reading.row.when_ms == WHEN_MS
    assert reading.row.channel == "message_channel_new_id"
    assert reading.row.category == "msg"
    assert reading.row.ticker == "王小姐: 您好"
    assert reading.row.problem is None
    return reading.row


def test_a_chat_message_on_11() -> None:
    row = row_in("get-11.txt")
    assert (row.title, row.text) == ("王小姐", "[3条]王小姐: 手镯还在吗(圈口56)\n或者57")
    assert (row.package, row.user_id, row.big_text, row.sub_text) == ("com.tencent.mm", 0, None, None)


def test_an_inbox_on_14_and_not_what_the_locked_screen_shows() -> None:
    row = row_in("get-14.txt")
    assert (row.title, row.text, row.sub_text) == ("企业微信", "张三: 好的", "门店群")
    assert row.lines == ("李四: 客户到了", "张三: 好的")


def test_a_conversation_on_15_where_the_phone_prints_its_messages() -> None:
    row = row_in("get-15.txt")
    assert (row.title, row.text, row.conversation_title) == ("门店群: 张三", "到货了", "门店群")
    assert row.messages == (
        NotificationMessage(sender=Untrusted("张三"), text=Untrusted("到货了吗"), time_ms=1710489500000),
    )


def test_a_dump_of_10_gives_the_app_that_was_asked_for() -> None:
    shapes = read_shapes((DATA / "dump-10-redacted.txt").read_bytes())
    readings = read_dump((DATA / "dump-10.txt").read_bytes(), shapes, "com.tencent.mm")
    assert [(one.row.title, one.row.text, one.is_certain) for one in readings] == [("王小姐", "在吗", True)]


def test_carriage_returns_of_a_phone_are_no_text() -> None:
    redacted, printed = (
        (DATA / name).read_bytes().replace(b"\n", b"\r\n") for name in ("dump-10-redacted.txt", "dump-10.txt")
    )
    readings = read_dump(printed, read_shapes(redacted), "com.tencent.mm")
    assert [(one.row.title, one.row.text, one.is_certain) for one in readings] == [("王小姐", "在吗", True)]


def test_a_redacted_print_is_told_as_such() -> None:
    lines = (DATA / "dump-10-redacted.txt").read_text().split("\n")
    start = next(at for at, line in enumerate(lines) if "NotificationRecord(" in line)
    reading = read_notification(lines[start:], key_of())
    assert reading is not None
    assert (reading.row.title, reading.row.text, reading.row.problem) == (None, None, "redacted")


def test_the_key_of_a_record_is_its_content() -> None:
    row = row_in("get-11.txt")
    key = source_key_of(row)
    assert key.startswith(f"0|com.tencent.mm|4097|null|10123#{WHEN_MS}#")
    assert len(key.rsplit("#", 1)[1]) == 12
    assert source_key_of(row) == key


@pytest.mark.parametrize(
    ("text", "sender", "said", "time_ms"),
    [
        ("Bundle[{sender=a, text=b, time=5}]", "a", "b", 5),
        ("Bundle[{sender=null, text=b, time=5, text=c, time=7, type=null}]", None, "b, time=5, text=c", 7),
        ("Bundle[{extras=Bundle[{}], sender=a, text=x}], time=1}]", "a", "x}]", 1),
    ],
)
def test_a_printed_message(text: str, sender: str | None, said: str, time_ms: int) -> None:
    message = read_message(text)
    assert message is not None
    assert (message.sender, message.time_ms) == (sender, time_ms)
    assert message.text.startswith(said[:1])


@pytest.mark.parametrize("text", ["", "0|com.a|1|null", "x|com.a|1|null|5", "0|com a|1|null|5", "0|com.a|1|n\0l|5"])
def test_what_is_no_key(text: str) -> None:
    assert parse_key(text) is None


def test_a_tag_may_hold_bars() -> None:
    key = key_of("10|com.tencent.mm|-3|a|b|7|10123")
    assert (key.user_id, key.package, key.tag) == (10, "com.tencent.mm", "a|b|7")
