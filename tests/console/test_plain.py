"""The console in plain lines."""

import asyncio
import contextlib

import msgspec
import pytest

from console.app.access import AccessMode
from console.plain.commands import Asked, Verb, understood
from console.plain.loop import CATALOG, PAGE, Plain
from daemon.api.errors import ApiClientError
from daemon.api.texts import load_texts
from daemon.api.wire import Alert, AlertStatus, Hello, Role, Severity

from . import sample_shop as sample
from .fake_client import FakeClient, refused, unreachable

EVIL = "\x1b[2J\x1b]52;c;ZXZpbA==\x07\x9b31m\u202e微信"


class PlainClient(FakeClient):
    async def hello(self) -> Hello:  # type: ignore[override]
        self._asked("hello", None)
        return self.hello_answer

    hello_answer: Hello

    def __init__(self, language: str = "en", role: Role = Role.OWNER) -> None:
        super().__init__(language=language, role=role)
        self.hello_answer = self.__dict__.pop("hello")


class Talk:
    """What was said since the last time."""

    def __init__(self, client: PlainClient, language: str = "en", mode: AccessMode = AccessMode.FULL) -> None:
        self.lines: list[str] = []
        self.plain = Plain(client, load_texts(language, CATALOG), mode, self.lines.append)

    async def ask(self, line: str) -> str:
        self.lines.clear()
        await self.plain.take(line)
        return "\n".join(self.lines)


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("devices\n", Asked(verb=Verb.DEVICES)),
        ("手机", Asked(verb=Verb.DEVICES)),
        ("设备", Asked(verb=Verb.DEVICES)),
        ("ack 3", Asked(verb=Verb.ACKNOWLEDGE, number=3)),
        ("办结 12 已联系店长 处理", Asked(verb=Verb.RESOLVE, number=12, rest="已联系店长 处理")),
        ("7", Asked(verb=Verb.SHOW, number=7)),
        ("show x", Asked(verb=Verb.SHOW)),
        ("filter crit lin", Asked(verb=Verb.FILTER, rest="crit lin")),
        ("７", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_what_was_typed(line: str, asked: Asked | None) -> None:
    assert understood(line) == asked


async def test_lists_are_told_numbered_filtered_and_in_parts() -> None:
    client = PlainClient()
    client.alert_list = list(sample.many_alerts("en"))
    open_ones = [alert for alert in client.alert_list if alert.status is AlertStatus.OPEN]
    talk = Talk(client)
    assert await talk.plain.begin() and "help" in talk.lines[-1]
    said = await talk.ask("alerts")
    assert said.startswith("1. ") and open_ones[0].title in said
    assert len(talk.lines) == min(PAGE, len(open_ones)) + (len(open_ones) > PAGE)
    assert open_ones[0].rule_id in await talk.ask("1")
    assert "no such number" in await talk.ask("show 5000")
    said = await talk.ask("devices")
    assert "battery" in said
    name = next(device.employee for device in client.device_list if device.employee)
    await talk.ask(f"filter {name}")
    assert all(name in line for line in (await talk.ask("devices")).splitlines())
    await talk.ask("filter nobody-has-this")
    assert "Nothing has" in await talk.ask("devices")
    await talk.ask("filter")
    assert "grave" in await talk.ask("status")
    assert len((await talk.ask("help")).splitlines()) >= 10
    assert not await talk.plain.take("quit")


async def test_alerts_are_handled_with_the_console_s_refusals() -> None:
    client = PlainClient()
    talk = Talk(client)
    await talk.plain.begin()
    assert "alerts first" in await talk.ask("ack 1")
    await talk.ask("alerts")
    assert "note" in await talk.ask("resolve 1") and not client.calls("change_alert")
    assert "Done" in await talk.ask("resolve 1 spoke with her")
    ((_, to, note),) = [call for call in client.calls("change_alert") if isinstance(call, tuple)]
    assert (to, note) == (AlertStatus.RESOLVED, "spoke with her")
    for other in Talk(client, mode=AccessMode.READ_ONLY), Talk(PlainClient(role=Role.AUDITOR)):
        await other.plain.begin()
        await other.ask("alerts")
        said = await other.ask("ack 1")
        assert said and "Done" not in said
    assert len(client.calls("change_alert")) == 1


async def test_nothing_that_a_phone_wrote_acts_and_errors_are_lines() -> None:
    client = PlainClient("zh")
    client.alert_list = [
        sample.alert(1, title=EVIL, employee=EVIL, evidence=(sample.evidence(EVIL, 0, 1, EVIL, EVIL),))
    ]
    talk = Talk(client, "zh")
    await talk.plain.begin()
    said = await talk.ask("告警") + await talk.ask("1")
    assert "微信" in said and not set("\x1b\x07\x9b\u202e") & set(said)
    client.errors["devices"] = refused()
    assert "Your role may not do this." in await talk.ask("手机")
    client.errors["hello"] = unreachable()
    assert not await talk.plain.begin()
    assert "phones enrolled" not in await talk.ask("help")
    await talk.ask("语言 en")
    assert "status: how many" in await talk.ask("help")


async def test_grave_alerts_and_the_link_are_told_as_they_come() -> None:
    client = PlainClient()
    talk = Talk(client)
    telling = asyncio.create_task(talk.plain.tell_news())
    alert: Alert = msgspec.structs.replace(client.alert_list[0], status=AlertStatus.OPEN, severity=Severity.LOW)
    client.emit_alert(alert)
    client.emit_alert(msgspec.structs.replace(alert, title="GRAVE ONE", severity=Severity.CRITICAL))
    client.go_offline()
    client.go_offline()
    client.go_online()
    async with asyncio.timeout(5):
        while not any("back" in line for line in talk.lines):
            await asyncio.sleep(0.01)
    assert [line.split(":")[0] for line in talk.lines] == ["New alert", "The daemon is lost", "The daemon is back."]
    assert "GRAVE ONE" in talk.lines[0]
    telling.cancel()
    with contextlib.suppress(asyncio.CancelledError, ApiClientError):
        await telling
