"""Alert delivery without a network: quiet times, digests, what an answer means, which configuration makes sense."""

import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from daemon.config import parse_config
from daemon.delivery.addresses import Address, AddressError, is_of, read_address
from daemon.delivery.answers import Fate, judge, retry_after_s
from daemon.delivery.calendar import Calendar
from daemon.delivery.outgoing import Outgoing, OutgoingDocument
from daemon.delivery.sections import ChannelKind, ChannelSection
from daemon.delivery.wording import harmless
from daemon.errors import ConfigError
from daemon.main import main

SHANGHAI, PARIS = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Paris")


def calendar(zone: ZoneInfo = SHANGHAI, /, **said: object) -> Calendar:
    return Calendar.of(ChannelSection(kind=ChannelKind.WECOM, **said), zone)  # type: ignore[arg-type]


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


NIGHT: dict[str, object] = {"quiet_hours": ("22:00-08:00",)}
HOLIDAYS: dict[str, object] = {"quiet_days": ("2026-10-01/2026-10-07",)}


@pytest.mark.parametrize(
    ("said", "moment", "until"),
    [
        (NIGHT, "2026-05-04 21:59", None),
        (NIGHT, "2026-05-04 22:00", "2026-05-05 08:00"),
        (NIGHT, "2026-05-05 03:00", "2026-05-05 08:00"),
        (NIGHT, "2026-05-05 08:00", None),
        ({"quiet_hours": ("12:00-13:30",)}, "2026-05-05 13:29", "2026-05-05 13:30"),
        # the night before a weekend, the weekend, the night after it
        (NIGHT | {"quiet_weekdays": ("sat", "sun")}, "2026-05-08 23:00", "2026-05-11 08:00"),
        ({"quiet_weekdays": ("sat", "sun"), "work_days": ("2026-05-09",)}, "2026-05-09 10:00", None),
        (HOLIDAYS, "2026-10-03 10:00", "2026-10-08 00:00"),
        (HOLIDAYS | {"work_days": ("2026-10-05",)}, "2026-10-03 10:00", "2026-10-05 00:00"),
        ({}, "2026-05-05 03:00", None),
    ],
)  # fmt: skip
def test_quiet_times(said: dict[str, object], moment: str, until: str | None) -> None:
    assert calendar(SHANGHAI, **said).quiet_until(at(moment)) == (None if until is None else at(until))


def test_quiet_times_where_clocks_change() -> None:
    one = calendar(PARIS, quiet_hours=("01:00-02:30",))
    assert one.quiet_until(at("2026-03-29 01:30", PARIS)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert one.quiet_until(datetime(2026, 10, 25, 0, 15, tzinfo=UTC)) is not None


def test_a_calendar_that_is_always_quiet_ends() -> None:
    weekdays = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    assert calendar(quiet_weekdays=weekdays).quiet_until(at("2026-05-05 03:00")) is not None
    assert calendar(quiet_hours=("08:00-08:00",)).quiet_until(at("2026-05-05 03:00")) is not None


def test_digests() -> None:
    assert calendar(digest_at="09:00").digest_due(at("2026-05-04 09:00")) == at("2026-05-05 09:00")
    assert calendar(digest_at="09:00").digest_due(at("2026-05-04 08:59")) == at("2026-05-04 09:00")
    assert calendar(digest_every_min=30).digest_due(at("2026-05-04 09:10")) == at("2026-05-04 09:40")
    assert not calendar().is_digest


K = ChannelKind
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "status", "body", "fate", "code"),
    [
        (K.WECOM, 200, b'{"errcode":0,"errmsg":"ok"}', Fate.TOOK, None),
        (K.WECOM, 200, b'{"errcode":45009,"errmsg":"api freq out of limit"}', Fate.LATER, "rate_limited"),
        (K.WECOM, 200, b'{"errcode":93000,"errmsg":"invalid webhook url"}', Fate.REFUSED, "bad_address"),
        (K.WECOM, 200, b'{"errcode":-1}', Fate.LATER, "busy"),
        (K.WECOM, 200, b"<html>login to the Wi-Fi</html>", Fate.LATER, "no_answer"),
        (K.WECOM, 200, b"", Fate.LATER, "no_answer"),
        (K.WECOM, 200, b"[]", Fate.LATER, "no_answer"),
        (K.WECOM, 200, b'{"errcode":77777}', Fate.REFUSED, "errcode_77777"),
        (K.DINGTALK, 200, b'{"errcode":130101,"errmsg":"send too fast"}', Fate.LATER, "rate_limited"),
        (K.DINGTALK, 200, b'{"errcode":310000,"errmsg":"keywords not in content"}', Fate.REFUSED, "keyword_missing"),
        (K.DINGTALK, 200, b'{"errcode":310000,"errmsg":"sign not match"}', Fate.REFUSED, "bad_signature"),
        (K.DINGTALK, 200, b'{"errcode":310000,"errmsg":"invalid timestamp"}', Fate.REFUSED, "bad_signature"),
        (K.DINGTALK, 200, b'{"errcode":300001,"errmsg":"token is not exist"}', Fate.REFUSED, "bad_address"),
        (K.FEISHU, 200, b'{"code":0,"msg":"success","data":{}}', Fate.TOOK, None),
        (K.FEISHU, 200, b'{"StatusCode":0,"StatusMessage":"success"}', Fate.TOOK, None),
        (K.FEISHU, 200, b'{"code":19021,"msg":"sign match fail"}', Fate.REFUSED, "bad_signature"),
        (K.FEISHU, 400, b'{"code":9499,"msg":"too many request"}', Fate.LATER, "rate_limited"),
        (K.FEISHU, 400, b'{"code":19024,"msg":"Key Words Not Found"}', Fate.REFUSED, "keyword_missing"),
        (K.FEISHU, 400, b"", Fate.REFUSED, "http_400"),
        (K.WEBHOOK, 204, b"", Fate.TOOK, None),
        (K.WEBHOOK, 200, b'{"errcode":5}', Fate.TOOK, None),
        (K.WEBHOOK, 301, b"", Fate.REFUSED, "http_301"),
        (K.WEBHOOK, 404, b"", Fate.REFUSED, "http_404"),
        (K.WEBHOOK, 408, b"", Fate.LATER, "http_408"),
        (K.WEBHOOK, 429, b"", Fate.LATER, "rate_limited"),
        (K.WEBHOOK, 503, b"", Fate.LATER, "http_503"),
    ],
)
def test_what_an_answer_means(kind: ChannelKind, status: int, body: bytes, fate: Fate, code: str | None) -> None:
    answer = judge(kind, status, {}, body, NOW)
    assert (answer.fate, answer.code) == (fate, code)
    if code == "rate_limited":
        assert answer.retry_after_s == (600 if kind is K.DINGTALK else 60)


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [("120", 120), ("Mon, 04 May 2026 12:05:00 GMT", 300), ("Mon, 04 May 2026 11:00:00 GMT", 0), ("soon", None),
     ("-5", None), (None, None), ("9" * 40, 86_400), ("", None)],
)  # fmt: skip
def test_retry_after(said: str | None, wait_s: float | None) -> None:
    assert retry_after_s(said, NOW) == wait_s


@pytest.mark.parametrize(
    ("kind", "url", "fits"),
    [
        (K.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx", True),
        (K.WECOM, "https://wecom.shop.lan:8443/cgi-bin/webhook/send?key=1", True),
        (K.WECOM, "wecombot://693a91f6", True),
        (K.WECOM, "http://127.0.0.1:8080/cgi-bin/webhook/send?key=1", True),
        (K.WECOM, "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", False),
        (K.WECOM, "https://oapi.dingtalk.com/robot/send?access_token=1", False),
        (K.DINGTALK, "https://oapi.dingtalk.com/robot/send?access_token=1a", True),
        (K.DINGTALK, "dingtalk://SEC1@1a", True),
        (K.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/1a-2b", True),
        (K.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/", False),
        (K.EMAIL, "mailtos://a:b@smtp.example.com?to=c@example.com", True),
        (K.EMAIL, "https://smtp.example.com", False),
        (K.WEBHOOK, "http://10.0.0.8/hook", True),
        (K.WEBHOOK, "https://host:99999/", False),
        (K.WEBHOOK, "https://ho st/", False),
        (K.APPRISE, "ntfy://topic", True),
        (K.APPRISE, "file:///etc/passwd", False),
        (K.APPRISE, "nothing", False),
    ],
)
def test_forms_of_addresses(kind: ChannelKind, url: str, fits: bool) -> None:  # noqa: FBT001
    assert is_of(kind, url) is fits


def test_an_address_is_read_from_a_file_of_ones_own_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "front.address"
    file.write_text("\ufeffhttps://host/secret-path\nsecond line\n", encoding="utf-8")
    section = ChannelSection(kind=K.WEBHOOK, address_file="front.address")
    file.chmod(0o644)
    with pytest.raises(AddressError, match="address_careless"):
        read_address(section, tmp_path)
    file.chmod(0o600)
    if os.geteuid() == 0:  # who checks the configuration is not who reads it later
        os.chown(file, 1234, -1)
    found = read_address(section, tmp_path)
    assert found.url == "https://host/secret-path" and "secret-path" not in repr(found) + str(found)
    assert Address(kind=K.WEBHOOK, url="x", secret=None) != found
    file.write_text("qq.com/secret-path")
    with pytest.raises(AddressError) as refused:
        read_address(section, tmp_path)
    assert refused.value.code == "address_form" and "secret-path" not in f"{refused.value}{refused.value.expected}"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    file.write_text("https://host/2")
    assert (
        read_address(ChannelSection(kind=K.WEBHOOK, address_credential="front.address"), None).url == "https://host/2"
    )
    for name in ("../x", "absent"):
        with pytest.raises(AddressError, match="address_unreadable"):
            read_address(ChannelSection(kind=K.WEBHOOK, address_credential=name), None)


FRONT = '[delivery.channel.front]\nkind = "wecom"\naddress_file = "a"\n'


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[delivery.channel.front]\nkind = "weixin"\n', "delivery.channel[...].kind"),
        ('[delivery.channel.front]\nkind = "wecom"\n', "delivery.channel.front.address_file"),
        (FRONT + 'address_credential = "b"\n', "delivery.channel.front.address_file"),
        (FRONT + 'adress = "b"\n', "delivery.channel.front.adress"),
        (FRONT + 'quiet_hours = ["22-8"]\n', "delivery.channel[...].quiet_hours[0]"),
        (FRONT + 'quiet_days = ["2026-02-30"]\n', "delivery.channel.front.quiet_days"),
        (FRONT + 'quiet_days = ["2026-10-07/2026-10-01"]\n', "delivery.channel.front.quiet_days"),
        (FRONT + 'digest_every_min = 30\ndigest_at = "09:00"\n', "delivery.channel.front.digest_at"),
        (FRONT + "escalate_after_min = 30\n", "delivery.channel.front.escalate_to"),
        (FRONT + 'escalate_after_min = 30\nescalate_to = "boss"\n', "delivery.channel.front.escalate_to"),
        (FRONT + 'escalate_after_min = 30\nescalate_to = "front"\n', "delivery.channel.front.escalate_to"),
        (FRONT + 'least = "severe"\n', "delivery.channel[...].least"),
        (FRONT.replace("front", '"前台"'), "delivery.channel.前台"),
        ('[delivery]\ntimezone = "Mars/Base"\n', "delivery.timezone"),
        ('[delivery]\nconsole = "javascript:x"\n', "delivery.console"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused_by_its_key(text: str, key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_config(text.encode(), Path("shopwarden.toml"))
    assert refused.value.values["name"] == key
    told = {refused.value.values["expected"], refused.value.values["nearest"]}
    assert told - {"", "one of "}


def test_what_a_customer_wrote_mentions_nobody_and_is_no_link() -> None:
    said = harmless('<at user_id="all">x</at> @all [y](http://evil.example/x) www.evil.cn 3.5克')
    assert not [one for one in ("<", "@", "](", "://", "evil.", ".cn") if one in said]
    assert "3.5克" in said


def test_a_message_fits_and_keeps_its_footer() -> None:
    document = OutgoingDocument(
        id="dl_1", kind="digest", store="s", channel="c", language="zh", title="t", text="t", count=1
    )
    lines = tuple(f"第{number}条告警" * 5 for number in range(200))
    message = Outgoing(title="标题", lines=lines, footer=("编号 dl_1",), document=document)
    text = message.text(2048)
    assert 1900 < len(text.encode()) <= 2048
    assert text.startswith("标题\n第0条") and text.endswith("…\n编号 dl_1")
    assert message.text(100_000).count("\n") == 201


def test_every_address_that_cannot_be_used_is_told_and_none_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "shopwarden.toml"
    channels = (("one", "qq.com/s3cret"), ("two", None), ("three", "https://host/s3cret"))
    config.write_text(
        "".join(f'[delivery.channel.{name}]\nkind = "webhook"\naddress_file = "{name}"\n' for name, _ in channels)
    )
    for name, content in channels:
        if content is not None:
            (tmp_path / name).write_text(content)
            (tmp_path / name).chmod(0o600)
    assert main(["check-config", "--config", str(config), "--state", str(tmp_path), "--lang", "zh"]) == 2
    said = "".join(capsys.readouterr())
    assert "channel.one.address_file：地址格式与渠道类型不符" in said
    assert "channel.two.address_file：无法读取地址文件或凭据" in said
    assert "channel.three" not in said and "s3cret" not in said
