"""Rows of notifications become events: what was shown byte for byte, who said it, what it says of money, all masked."""

from datetime import UTC, datetime

import msgspec
import pytest

from adb_bridge.collectors.notification_rows import source_key_of
from adb_bridge.records import DeviceSerial, RawRecord, SmsRow, Source
from adb_bridge.rows import NotificationRow
from adb_bridge.signals import Signal, SignalReader
from adb_bridge.untrusted import Untrusted, UntrustedBytes
from daemon.announcements import Announcements
from daemon.api import wire
from daemon.api.texts import load_texts
from daemon.app import CATALOG
from daemon.archive.records import ArchivedEvent
from daemon.events import CollectedEvent
from daemon.judge import channel_of, side_of
from daemon.normalise import normalise
from daemon.rights.sight import Form, Sight
from daemon.views import event_view
from policies.model import Side
from tests.archive_kit import kept

NOW = datetime(2026, 3, 15, 4, 0, tzinfo=UTC)
WHEN_MS = 1_773_547_200_000
DEVICE = DeviceSerial("P1")
TEXTS = load_texts("zh", CATALOG)


def event_of(title: str, text: str, package: str = "com.tencent.mm") -> CollectedEvent:
    row = NotificationRow(
        key=Untrusted(f"0|{package}|1|null|10123"), package=package, user_id=0, when_ms=WHEN_MS,
        title=Untrusted(title), text=Untrusted(text),
    )  # fmt: skip
    record = RawRecord(source=Source.NOTIFICATIONS, source_key=source_key_of(row), row=row, collected_at=NOW)
    return normalise(record, DEVICE)


def view_of(event: CollectedEvent) -> wire.Event:
    archived = ArchivedEvent(event=kept(event), ledger_index=1, conversation="c", absent_since=None, replaced_by=None)
    return event_view(archived, Sight(texts=TEXTS, form=Form.FOLLOWED, people=None))


def told(event: CollectedEvent) -> dict[str, object]:
    return msgspec.json.decode(event.attributes, type=dict[str, object])


def test_a_message_of_a_group() -> None:
    event = event_of("门店群", "[3条]李小四: 定金转我")
    assert event.body == "[3条]李小四: 定金转我".encode()
    assert (event.peer, event.peer_key) == ("门店群", "com.tencent.mm:门店群")
    read = told(event)
    assert (read["sender"], read["message_count"], read["is_group"]) == ("李小四", 3, True)
    assert (channel_of(event), side_of(event)) == ("wechat", Side.UNKNOWN)
    assert side_of(event_of("王小姐", "在吗")) is Side.CUSTOMER
    view = view_of(event)
    assert (view.app, view.peer, view.body) == ("com.tencent.mm", "门**", "[3条]李**: 定金转我")


@pytest.mark.parametrize(
    ("title", "text", "package", "notice", "amount_fen"),
    [
        ("微信收款助手", "微信支付收款12.50元(朋友到店)", "com.tencent.mm", "receipt", 1250),
        ("王小姐", "[转账] 请收款", "com.tencent.mm", "transfer", None),
        ("支付宝通知", "王小姐通过扫码向你付款9.99元", "com.eg.android.AlipayGphone", "receipt", 999),
        ("王小姐", "微信支付收款12.50元", "com.tencent.mm", None, None),
    ],
)
def test_what_a_notice_says_of_money(
    title: str, text: str, package: str, notice: str | None, amount_fen: int | None
) -> None:
    event = event_of(title, text, package)
    view = view_of(event)
    assert (view.notice, view.amount_fen) == (notice, amount_fen)
    assert "王小姐" not in f"{view.peer} {view.body}"
    assert "微信收款助手" in view.peer or title != "微信收款助手"
    assert str(told(event).get("notice_rule")).startswith("notices@") is (notice is not None)


def test_a_hidden_text_is_told_as_hidden() -> None:
    assert told(event_of("微信", "你收到了一条消息"))["is_hidden"] is True
    assert "is_hidden" not in told(event_of("王小姐", "你收到了吗"))


def test_a_banks_message_tells_its_amount_and_a_persons_does_not() -> None:
    body = "您尾号1234卡3月15日11:20支出(消费)1,200.00元，余额3,400.50元。【工商银行】"
    for address, notice in ((b"95588", "bank_debit"), (b"13800138000", None)):
        row = SmsRow(
            provider_id=1, address=UntrustedBytes(address), body=UntrustedBytes(body.encode()), date_ms=WHEN_MS,
            date_sent_ms=0, type=1, thread_id=1, read=0, sub_id=1,
        )  # fmt: skip
        event = normalise(RawRecord(source=Source.SMS, source_key="1", row=row, collected_at=NOW), DEVICE)
        assert told(event).get("notice") == notice
        assert channel_of(event) == "sms"


def test_signals_of_apps_that_are_not_read() -> None:
    reader = SignalReader(["com.tencent.mm"])
    line = "08-10 11:20:03.820 1508 1508 I notification_enqueue: [1000,7214,{},1337,NULL,0,Notification(channel=c),0{}]"
    wanted = reader.read(line.format("com.tencent.mm", ",ninth").encode())
    assert wanted is not None
    assert wanted.kinds == {Signal.NOTIFICATION}
    assert reader.read(line.format("com.example.other", "").encode()) is None
    message = reader.read(line.format("com.android.mms", "").encode())
    assert message is not None
    assert message.kinds == {Signal.MESSAGES}


def test_announcements_without_a_text_are_counted_once() -> None:
    counts = Announcements()
    for _ in range(3):
        counts.announce()
    counts.begin()
    counts.announce()
    assert counts.end(new_texts=1) == 2
    counts.begin()
    assert counts.end(new_texts=1) == 0
    counts.announce()
    counts.begin()
    counts.announce()
    assert counts.end(new_texts=2) == 0
    counts.begin()
    assert counts.end(new_texts=0) == 0
