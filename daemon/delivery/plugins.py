"""apprise's plugins as this program sends with them. Slow to import: only by whoever sends.

apprise reads the addresses, knows each service's limits, and sends e-mail and every service that has no kind of its
own. Of the robots and the webhook `send` is ours: apprise's takes HTTP 200 for "sent" whatever number is in
the answer, encodes DingTalk's signature twice, knows no signature for Feishu, and tells neither status nor Retry-After.
"""

import base64
import hashlib
import hmac
import logging
import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Protocol, cast
from urllib.parse import parse_qs, urlsplit

import apprise
import msgspec
import requests
from apprise.plugins.base import NotifyBase
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.email.base import NotifyEmail
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.lark import NotifyLark
from apprise.plugins.wecombot import NotifyWeComBot

from .addresses import Address, AddressError
from .answers import TOOK, Answer, Fate, judge
from .outgoing import Outgoing
from .sections import ChannelKind

_MOST_ANSWER: Final = 64 * 1024
_CONNECT_S: Final = 5.0
_WECOM_BYTES: Final = NotifyWeComBot.body_maxlen
_LONG_BYTES: Final = 18_000
"""DingTalk and Feishu take 20,000 bytes with the JSON around them, in which a quote is two."""
_MAIL_BYTES: Final = 100_000
_JSON: Final = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "shopwarden"}
_encode: Final = msgspec.json.Encoder().encode

logging.getLogger("apprise").disabled = True  # its lines have addresses and texts in them
logging.getLogger("urllib3").setLevel(logging.ERROR)  # its lines have addresses in them


class Sender(Protocol):
    """Sends one message, in the thread that it is called in; may take `timeout_s` several times."""

    def deliver(self, message: Outgoing) -> Answer:
        """Never raises."""


class WeComSender:
    """A robot of a group in WeCom."""

    def __init__(self, address: Address, timeout_s: float) -> None:
        parts = urlsplit(address.url)
        is_native = parts.scheme != "wecombot"
        tokens = {"key": parse_qs(parts.query)["key"][0]} if is_native else NotifyWeComBot.parse_url(address.url)
        self._url = address.url if is_native else NotifyWeComBot(**tokens).api_url
        self._timeout_s = timeout_s

    def deliver(self, message: Outgoing) -> Answer:
        """See `Sender`."""
        body = {"msgtype": "text", "text": {"content": message.text(_WECOM_BYTES)}}
        return _post(ChannelKind.WECOM, self._url, _encode(body), _JSON, self._timeout_s)


class DingTalkSender:
    """A robot of a group in DingTalk."""

    def __init__(self, address: Address, timeout_s: float) -> None:
        parts = urlsplit(address.url)
        if parts.scheme == "dingtalk":
            self._plugin = NotifyDingTalk(**NotifyDingTalk.parse_url(address.url))
            self._url = NotifyDingTalk.notify_url.format(token=self._plugin.token)
        else:
            self._plugin = NotifyDingTalk(token=parse_qs(parts.query)["access_token"][0])
            self._url = address.url
        self._plugin.secret = address.secret or self._plugin.secret
        self._timeout_s = timeout_s

    def deliver(self, message: Outgoing) -> Answer:
        """See `Sender`."""
        url = self._url
        if self._plugin.secret:
            stamp, sign = self._plugin.get_signature()  # percent-encoded already
            url += f"&timestamp={stamp}&sign={sign}"
        at = {"atMobiles": self._plugin.targets, "isAtAll": False}
        body = {"msgtype": "text", "text": {"content": message.text(_LONG_BYTES)}, "at": at}
        return _post(ChannelKind.DINGTALK, url, _encode(body), _JSON, self._timeout_s)


class FeishuSender:
    """A robot of a group in Feishu or Lark."""

    def __init__(self, address: Address, timeout_s: float) -> None:
        parts = urlsplit(address.url)
        match parts.scheme:
            case "feishu":
                token = NotifyFeishu(**NotifyFeishu.parse_url(address.url)).token
                self._url = NotifyFeishu.notify_url.format(token=token).rstrip("/")
            case "lark":
                self._url = NotifyLark(**NotifyLark.parse_url(address.url)).webhook_url
            case _:
                self._url = address.url
        self._secret = address.secret
        self._timeout_s = timeout_s

    def deliver(self, message: Outgoing) -> Answer:
        """See `Sender`."""
        body: dict[str, object] = {"msg_type": "text", "content": {"text": message.text(_LONG_BYTES)}}
        if self._secret:
            stamp = str(int(time.time()))
            key = f"{stamp}\n{self._secret}".encode()
            sign = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
            body |= {"timestamp": stamp, "sign": sign}
        return _post(ChannelKind.FEISHU, self._url, _encode(body), _JSON, self._timeout_s)


class WebhookSender:
    """JSON to an address of the shop's own, signed when there is a secret.

    `X-Shopwarden-Signature: v1=HEX` is HMAC-SHA256 of `TIMESTAMP.BODY`, TIMESTAMP as in `X-Shopwarden-Timestamp`.
    """

    def __init__(self, address: Address, timeout_s: float) -> None:
        self._address = address
        self._timeout_s = timeout_s

    def deliver(self, message: Outgoing) -> Answer:
        """See `Sender`."""
        body = _encode(message.document)
        headers = {**_JSON, "Idempotency-Key": message.message_id}
        if self._address.secret:
            stamp = str(int(time.time()))
            signed = hmac.new(self._address.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
            headers |= {"X-Shopwarden-Timestamp": stamp, "X-Shopwarden-Signature": f"v1={signed}"}
        return _post(ChannelKind.WEBHOOK, self._address.url, body, headers, self._timeout_s)


class MailSender:
    """SMTP by apprise."""

    def __init__(self, plugin: NotifyEmail, timeout_s: float) -> None:
        self._plugin = plugin
        setattr(plugin, "notify_format", apprise.NotifyFormat.TEXT)  # noqa: B010 - apprise's type says tuple
        plugin.socket_connect_timeout = max(1, round(timeout_s))

    def deliver(self, message: Outgoing) -> Answer:
        """See `Sender`. `X-Shopwarden-Delivery` is the same at every try."""
        self._plugin.headers["X-Shopwarden-Delivery"] = message.message_id
        text = message.text(_MAIL_BYTES).removeprefix(message.title).lstrip("\n")
        return _sent_by(self._plugin, message.title, text, "smtp_failed")


class OtherSender:
    """Any service that apprise knows."""

    def __init__(self, plugin: NotifyBase) -> None:
        self._plugin = plugin

    def deliver(self, message: Outgoing) -> Answer:
        """See `Sender`."""
        most = max(200, min(int(self._plugin.body_maxlen) or _LONG_BYTES, _LONG_BYTES))
        text = message.text(most).removeprefix(message.title).lstrip("\n")
        return _sent_by(self._plugin, message.title, text, "service_failed")


def sender_for(address: Address, timeout_s: float) -> Sender:
    """AddressError `address_form` when apprise does not take it."""
    try:
        match address.kind:
            case ChannelKind.WECOM:
                return WeComSender(address, timeout_s)
            case ChannelKind.DINGTALK:
                return DingTalkSender(address, timeout_s)
            case ChannelKind.FEISHU:
                return FeishuSender(address, timeout_s)
            case ChannelKind.WEBHOOK:
                return WebhookSender(address, timeout_s)
            case ChannelKind.EMAIL:  # not by Apprise.instantiate, which loads all of its hundred plugins
                return MailSender(NotifyEmail(**NotifyEmail.parse_url(address.url)), timeout_s)
            case ChannelKind.APPRISE:
                plugin = apprise.Apprise.instantiate(address.url, suppress_exceptions=False)
                if not isinstance(plugin, NotifyBase):
                    raise AddressError("address_form", "address_file", "an address that apprise knows")
                return OtherSender(plugin)
    except AddressError:
        raise
    except (TypeError, ValueError, KeyError, AttributeError, apprise.exception.AppriseException):
        raise AddressError("address_form", "address_file", "an address that apprise knows") from None


def _sent_by(plugin: NotifyBase, title: str, text: str, code: str) -> Answer:
    """apprise says yes or no; a no may be for a moment."""
    try:
        is_sent = plugin.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
    except Exception:  # noqa: BLE001 - some hundred plugins: whatever one raises, it was not sent for certain
        is_sent = False
    return TOOK if is_sent else Answer(fate=Fate.LATER, code=code)


def _post(kind: ChannelKind, url: str, body: bytes, headers: Mapping[str, str], timeout_s: float) -> Answer:
    deadline_s = time.monotonic() + timeout_s
    try:
        with requests.post(
            url, data=body, headers=dict(headers), timeout=(min(_CONNECT_S, timeout_s), timeout_s),
            allow_redirects=False, stream=True,
        ) as answer:  # fmt: skip
            content = b""
            for piece in answer.iter_content(1):  # more at a time waits for all of it, however slowly it comes
                content += piece
                if len(content) > _MOST_ANSWER or time.monotonic() > deadline_s:
                    break
            found = cast(Mapping[str, str], answer.headers)
            return judge(kind, answer.status_code, found, content[:_MOST_ANSWER], datetime.now(UTC))
    except requests.exceptions.SSLError:
        return Answer(fate=Fate.LATER, code="tls")
    except requests.exceptions.Timeout:
        return Answer(fate=Fate.LATER, code="timeout")
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema):
        return Answer(fate=Fate.REFUSED, code="bad_address")
    except (requests.RequestException, ssl.SSLError, OSError, ValueError):
        return Answer(fate=Fate.LATER, code="unreachable")
