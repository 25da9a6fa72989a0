"""What messengers and payment apps put into notifications (facts/messengers.md §3; wordings change with app versions).

WeChat keeps one notification for each chat and updates it: `[3条]` stands before the newest message when several are
unread, a group's messages start with the sender's name. A peer's transfer names no amount.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from zlib import crc32

from .apps import ALIPAY, WECHAT, WECOM, App
from .notifications import Notification, Notifications, TextClass

_WECHAT_CHANNEL: Final = "message_channel_new_id"


class Messengers:
    """Posts as the apps do; every method returns what it posted."""

    def __init__(self, notifications: Notifications, *, now: Callable[[], datetime]) -> None:
        self._notifications = notifications
        self._now = now

    def wechat(
        self, chat: str, text: str, *, count: int = 1, sender: str | None = None, user_id: int = 0
    ) -> Notification:
        """A chat's newest message; `count` unread ones; `sender` in a group; `user_id` 999 for a cloned app."""
        message = text if sender is None else f"{sender}: {text}"
        shown = message if count == 1 else f"[{count}条]{message if sender else f'{chat}: {text}'}"
        return self._post(
            WECHAT, chat, shown, ticker=f"{sender or chat}: {text}", channel=_WECHAT_CHANNEL, id=_chat_id(chat),
            user_id=user_id,
        )  # fmt: skip

    def wechat_transfer(self, chat: str) -> Notification:
        """A peer sends money: no amount."""
        return self.wechat(chat, "[转账] 请收款")

    def wechat_red_packet(self, chat: str, words: str = "恭喜发财，大吉大利") -> Notification:
        """A red packet: no amount."""
        return self.wechat(chat, f"[微信红包]{words}")

    def wechat_receipt(self, amount: str, *, note: str | None = None) -> Notification:
        """The shop's receiving code took money; `amount` in yuan, such as `12.50`."""
        suffix = "(朋友到店)" if note is None else f"，付款方备注：{note}"
        text = f"微信支付收款{amount}元{suffix}"
        return self._post(WECHAT, "微信收款助手", text, ticker=text, channel=_WECHAT_CHANNEL, id=_chat_id("gh_pay"))

    def wecom(self, chat: str, text: str, *, count: int = 1, sender: str | None = None) -> Notification:
        """As `wechat`, of the company's messenger."""
        message = text if sender is None else f"{sender}: {text}"
        shown = message if count == 1 else f"[{count}条]{message}"
        return self._post(
            WECOM, chat, shown, ticker=f"{chat}: {text}", channel="WwMessage", id=_chat_id(chat),
            text_class=TextClass.SPANNABLE,
        )  # fmt: skip

    def alipay(self, text: str, *, title: str = "支付宝通知") -> Notification:
        """Any notice of Alipay; each has an id of its own."""
        number = crc32(f"{title}{text}{self._now()}".encode("utf-8", "replace")) % 1_000_000
        return self._post(ALIPAY, title, text, ticker=text, channel="alipay_default", id=number)

    def alipay_receipt(self, amount: str, *, payer: str | None = None) -> Notification:
        """Money received; `amount` in yuan."""
        if payer is None:
            return self.alipay(f"支付宝成功收款{amount}元", title="收钱码到账通知")
        return self.alipay(f"{payer}通过扫码向你付款{amount}元")

    def _post(
        self,
        app: App,
        title: str,
        text: str,
        *,
        ticker: str,
        channel: str,
        id: int,  # noqa: A002 (Android's word)
        user_id: int = 0,
        text_class: TextClass = TextClass.STRING,
    ) -> Notification:
        notification = Notification(
            package=app.package,
            uid=user_id * 100_000 + app.uid,
            id=id,
            title=title,
            text=text,
            ticker=ticker,
            channel=channel,
            when_ms=int(self._now().timestamp() * 1000),
            user_id=user_id,
            text_class=text_class,
        )
        self._notifications.post(notification, pid=app.uid)
        return notification


def _chat_id(chat: str) -> int:
    """The same for the same chat, different enough for others."""
    return 4097 + crc32(chat.encode("utf-8", "replace")) % 1_000_000
