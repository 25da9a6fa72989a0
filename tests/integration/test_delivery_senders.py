"""What really goes over the wire to robots, webhooks and mail servers."""

import asyncio
import base64
import email
import functools
import hashlib
import hmac
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from email.header import decode_header, make_header
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from daemon.delivery import plugins
from daemon.delivery.addresses import Address, AddressError
from daemon.delivery.answers import Answer, Fate
from daemon.delivery.courier import MOST_STUCK, Courier
from daemon.delivery.outgoing import Outgoing, OutgoingDocument
from daemon.delivery.plugins import sender_for
from daemon.delivery.sections import ChannelKind
from tests.delivery_kit import End, Said, listening

MESSAGE = Outgoing(
    title="【shopwarden】高级告警：返现",
    lines=("手机 SIM0001",),
    footer=("一店 dl_0011",),
    document=OutgoingDocument(
        id="dl_0011", kind="alert", store="一店", channel="front", language="zh", title="t", text="t", count=1
    ),
)
TEXT = "【shopwarden】高级告警：返现\n手机 SIM0001\n一店 dl_0011"


@pytest.fixture
def end() -> Iterator[End]:
    with listening() as one:
        yield one


def sent(kind: ChannelKind, url: str, secret: str | None = None, timeout_s: float = 2.0) -> Answer:
    return sender_for(Address(kind=kind, url=url, secret=secret), timeout_s).deliver(MESSAGE)


def test_wecom(end: End) -> None:
    assert sent(ChannelKind.WECOM, end.url("/cgi-bin/webhook/send?key=693a-91f6")).fate is Fate.TOOK
    (heard,) = end.heard
    assert heard.path == "/cgi-bin/webhook/send?key=693a-91f6"
    assert msgspec.json.decode(heard.body) == {"msgtype": "text", "text": {"content": TEXT}}


def test_dingtalk_is_signed_once_encoded(end: End) -> None:
    secret = "SEC" + "a1" * 30
    assert sent(ChannelKind.DINGTALK, end.url("/robot/send?access_token=ab12"), secret).fate is Fate.TOOK
    (heard,) = end.heard
    query = parse_qs(urlsplit(heard.path).query)
    stamp = query["timestamp"][0]
    wanted = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    assert query["sign"] == [base64.b64encode(wanted).decode()]  # as DingTalk's server decodes it
    assert query["access_token"] == ["ab12"] and abs(int(stamp) / 1000 - time.time()) < 60
    body = msgspec.json.decode(heard.body, type=dict[str, object])
    assert (body["msgtype"], body["text"]) == ("text", {"content": TEXT})


def test_feishu_is_signed(end: End) -> None:
    assert sent(ChannelKind.FEISHU, end.url("/open-apis/bot/v2/hook/ab-12"), "s3cret").fate is Fate.TOOK
    (heard,) = end.heard
    assert heard.path == "/open-apis/bot/v2/hook/ab-12"
    body = msgspec.json.decode(heard.body, type=dict[str, object])
    key = f"{body['timestamp']}\ns3cret".encode()
    assert body["sign"] == base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    assert (body["msg_type"], body["content"]) == ("text", {"text": TEXT})


@pytest.mark.parametrize(
    ("kind", "url", "native"),
    [
        (ChannelKind.WECOM, "wecombot://ab-12", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=ab-12"),
        (ChannelKind.DINGTALK, "dingtalk://ab12", "https://oapi.dingtalk.com/robot/send?access_token=ab12"),
        (ChannelKind.FEISHU, "feishu://ab-12", "https://open.feishu.cn/open-apis/bot/v2/hook/ab-12"),
        (ChannelKind.FEISHU, "lark://ab-12", "https://open.larksuite.com/open-apis/bot/v2/hook/ab-12"),
    ],
)
def test_addresses_in_apprises_form_lead_to_the_service(
    monkeypatch: pytest.MonkeyPatch, kind: ChannelKind, url: str, native: str
) -> None:
    asked: list[str] = []

    def post(_kind: ChannelKind, url: str, *_rest: object) -> Answer:
        asked.append(url)
        return Answer(fate=Fate.TOOK)

    monkeypatch.setattr(plugins, "_post", post)
    sent(kind, url)
    assert asked == [native]


def test_any_other_service_by_apprise(end: End) -> None:
    assert sent(ChannelKind.APPRISE, f"ntfy://127.0.0.1:{end.port}/topic").fate is Fate.TOOK
    assert "dl_0011" in end.heard[0].body.decode()
    end.usual = Said(status=500)
    assert sent(ChannelKind.APPRISE, f"ntfy://127.0.0.1:{end.port}/topic").code == "service_failed"
    with pytest.raises(AddressError, match="address_form"):
        sent(ChannelKind.APPRISE, "nobody-knows-this://x")


def test_a_webhook_is_signed_and_has_a_key_against_doubles(end: End) -> None:
    sent(ChannelKind.WEBHOOK, end.url("/hook?a=1"), "s3cret")
    (heard,) = end.heard
    stamp = heard.headers["X-Shopwarden-Timestamp"]
    wanted = hmac.new(b"s3cret", stamp.encode() + b"." + heard.body, hashlib.sha256).hexdigest()
    assert heard.headers["X-Shopwarden-Signature"] == f"v1={wanted}"
    assert heard.headers["Idempotency-Key"] == "dl_0011"


def test_ends_that_misbehave(end: End) -> None:
    url = end.url("/hook")
    end.answers.append(Said(status=302, headers=(("Location", end.url("/elsewhere")),)))
    assert sent(ChannelKind.WEBHOOK, url).code == "http_302"
    end.answers.append(Said(after_s=2))
    begun_s = time.monotonic()
    assert sent(ChannelKind.WEBHOOK, url, timeout_s=0.3).code == "timeout"
    assert time.monotonic() - begun_s < 1.5
    end.answers.append(Said(body=b"x" * 20, each_s=0.2))
    begun_s = time.monotonic()
    assert sent(ChannelKind.WECOM, end.url("/cgi-bin/webhook/send?key=1"), timeout_s=0.5).code == "no_answer"
    assert time.monotonic() - begun_s < 1.5
    end.answers.append(Said(body=b"x" * 1_000_000))
    assert sent(ChannelKind.WECOM, end.url("/cgi-bin/webhook/send?key=1")).code == "no_answer"
    assert [heard.path for heard in end.heard if heard.path == "/elsewhere"] == []
    assert sent(ChannelKind.WEBHOOK, "http://127.0.0.1:1/").code == "unreachable"
    assert sent(ChannelKind.WEBHOOK, end.url("/").replace("http:", "https:")).code == "tls"


class Mailbox:
    """A handler of aiosmtpd."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return "250 OK"


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def test_mail_by_starttls_with_a_password(certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(_server: object, _session: object, _envelope: object, _mechanism: str, said: LoginPassword) -> AuthResult:
        return AuthResult(success=said == LoginPassword(b"alarm@shop.example", b"p w"))

    box, port = Mailbox(), free_port()
    server = Controller(
        box, hostname="127.0.0.1", port=port, tls_context=certificate, require_starttls=True, auth_required=True,
        authenticator=check,
    )  # fmt: skip
    server.start()
    try:
        url = (
            f"mailtos://alarm%40shop.example:p%20w@localhost:{port}/?smtp=localhost&from=alarm@shop.example"
            "&to=boss@shop.example&mode=starttls"
        )
        assert sent(ChannelKind.EMAIL, url).fate is Fate.TOOK
        monkeypatch.delenv("SSL_CERT_FILE")
        assert sent(ChannelKind.EMAIL, url) == Answer(
            fate=Fate.LATER, code="smtp_failed"
        )  # a certificate that nobody trusts
    finally:
        server.stop()
    (envelope,) = box.envelopes
    assert envelope.rcpt_tos == ["boss@shop.example"]
    assert isinstance(envelope.content, bytes)
    mail = email.message_from_bytes(envelope.content)
    assert str(make_header(decode_header(mail["Subject"]))) == MESSAGE.title
    assert mail["X-Shopwarden-Delivery"] == "dl_0011"
    assert mail.get_content_type() == "text/plain"
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().splitlines() == ["手机 SIM0001", "一店 dl_0011"]


async def test_what_hangs_is_left_behind_and_counted() -> None:
    courier = Courier("front")
    ends = [asyncio.Event() for _ in range(MOST_STUCK)]
    loop = asyncio.get_running_loop()

    def hang(number: int) -> Answer:
        asyncio.run_coroutine_threadsafe(ends[number].wait(), loop).result(20)
        return Answer(fate=Fate.TOOK)

    for number in range(MOST_STUCK):
        assert (await courier.carry(functools.partial(hang, number), 0.02)).code == "timeout"
    assert (await courier.carry(lambda: Answer(fate=Fate.TOOK), 1)).code == "stuck"
    for one in ends:
        one.set()
    while (await courier.carry(lambda: Answer(fate=Fate.TOOK), 1)).code == "stuck":
        await asyncio.sleep(0.01)

    def fault() -> Answer:
        raise ZeroDivisionError

    assert (await courier.carry(fault, 1)).code == "internal_ZeroDivisionError"
