"""Asks, answers, and tells grave alerts as they come. Everything that is written is cleaned and is a line."""

import asyncio
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, assert_never

from daemon.api.client import ApiClient
from daemon.api.errors import ApiClientError
from daemon.api.exit_codes import ExitCode
from daemon.api.links import LinkOffline, LinkOnline
from daemon.api.shops import Door
from daemon.api.texts import Language, Texts, load_texts
from daemon.api.wire import Alert, AlertStatus, Device, Event, EventQuery, Hello, Role, StreamItem

from ..app.access import AccessMode, Act, refusal
from ..app.client_port import ConsoleClient
from ..app.times import Times, system_now
from ..plain_text import clean_line
from .commands import Asked, Verb, understood
from .lines import GRAVE, Lines

CATALOG: Final = Path(__file__).parent.parent / "catalog"
PAGE: Final = 15
MOST_LOADED: Final = 1000
HELP: Final = ("status", "devices", "alerts", "events", "show", "ack", "resolve", "filter", "next", "language", "quit")

Item = Device | Alert | Event


def run_plain(door: Door, texts: Texts, mode: AccessMode) -> int:
    """Until `quit` or the end of the input."""
    return asyncio.run(_run(door, texts, mode))


async def _run(door: Door, texts: Texts, mode: AccessMode) -> int:
    async with ApiClient(door, texts.language.value) as client:
        plain = Plain(client, texts, mode, _write)
        if not await plain.begin():
            return ExitCode.UNREACHABLE
        telling = asyncio.create_task(plain.tell_news())
        try:
            while True:
                if sys.stdin.isatty():
                    sys.stdout.write("> ")
                    sys.stdout.flush()
                line = await asyncio.to_thread(sys.stdin.readline)
                if not line or not await plain.take(line):
                    return ExitCode.OK
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)


class PlainClient(ConsoleClient, Protocol):
    """`ApiClient` fits."""

    async def hello(self) -> Hello: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """What was told last: all of it, and how far."""

    items: tuple[Item, ...] = ()
    told: int = 0


class Plain:
    """One conversation. `write` gets clean lines."""

    def __init__(self, client: PlainClient, texts: Texts, mode: AccessMode, write: Callable[[str], None]) -> None:
        self._client = client
        self._mode = mode
        self._write = write
        self._role: Role | None = None
        self._list = _List()
        self._filter = ""
        self._speak(texts)

    async def begin(self) -> bool:
        """Who one is, and how to go on. False when no daemon answers."""
        try:
            hello = await self._client.hello()
        except ApiClientError as error:
            self._tell(error.message)
            self._tell(error.hint)
            return False
        self._role = hello.role
        self._tell(self._lines.say("welcome", store=hello.store, role=self._texts.get(f"app.role.{hello.role}")))
        self._tell(self._lines.say("hint"))
        return True

    async def take(self, line: str) -> bool:
        """Do what a line asks for. False when the person leaves."""
        asked = understood(line)
        if asked is None:
            if line.strip():
                self._tell(self._lines.say("not_understood"))
            return True
        try:
            return await self._do(asked)
        except ApiClientError as error:
            self._tell(error.message)
            self._tell(error.hint)
            return True

    async def tell_news(self) -> None:
        """Grave alerts, and the link when it is lost and found. Until cancelled."""
        is_lost = False
        async for item in self._client.stream_forever(None):
            match item:
                case StreamItem(alert=Alert() as alert) if alert.severity in GRAVE and alert.status is AlertStatus.OPEN:
                    self._tell(self._lines.say("news", alert=self._lines.alert(alert)))
                case LinkOffline(error=error) if not is_lost:
                    is_lost = True
                    self._tell(self._lines.say("lost", message=error.message))
                case LinkOnline() if is_lost:
                    is_lost = False
                    self._tell(self._lines.say("found"))
                case _:
                    pass

    async def _do(self, asked: Asked) -> bool:
        match asked.verb:
            case Verb.STATUS:
                await self._status()
            case Verb.DEVICES:
                self._show(await self._client.devices())
            case Verb.ALERTS:
                self._show(await self._client.alerts(status=AlertStatus.OPEN, limit=MOST_LOADED))
            case Verb.EVENTS:
                self._show(await self._client.events(EventQuery(limit=200)))
            case Verb.NEXT:
                self._go_on()
            case Verb.FILTER:
                self._filter = asked.rest
                say = self._lines.say
                self._tell(say("filtered", words=asked.rest) if asked.rest else say("unfiltered"))
            case Verb.SHOW:
                self._detail(self._named(asked))
            case Verb.ACKNOWLEDGE:
                await self._handle(asked, AlertStatus.ACKNOWLEDGED)
            case Verb.RESOLVE:
                await self._handle(asked, AlertStatus.RESOLVED)
            case Verb.LANGUAGE:
                wish = Language.ZH if asked.rest.lower() in {"zh", "中文"} else Language.EN
                self._speak(load_texts(wish.value, CATALOG))
                self._client.speak(wish.value)
                self._tell(self._lines.say("hint"))
            case Verb.HELP:
                for name in HELP:
                    self._tell(self._lines.say(f"help.{name}"))
            case Verb.QUIT:
                return False
            case _:
                assert_never(asked.verb)
        return True

    async def _status(self) -> None:
        devices = await self._client.devices()
        alerts = await self._client.alerts(status=AlertStatus.OPEN, limit=MOST_LOADED)
        grave = sum(alert.severity in GRAVE for alert in alerts)
        enrolled = sum(device.employee is not None for device in devices)
        self._tell(self._lines.say("status", phones=enrolled, alerts=len(alerts), grave=grave))

    async def _handle(self, asked: Asked, to: AlertStatus) -> None:
        alert = self._named(asked)
        say = self._lines.say
        if not isinstance(alert, Alert):
            self._tell(say("no_alert"))
            return
        reason = refusal(Act.HANDLE_ALERT, self._mode, self._role)
        if reason is not None:
            role = self._texts.get(f"app.role.{self._role}") if self._role is not None else "–"
            self._tell(self._texts.get(reason, role=role))
            return
        if to is AlertStatus.RESOLVED and len(asked.rest) < 2:
            self._tell(say("needs_note"))
            return
        changed = await self._client.change_alert(alert.alert_id, to, asked.rest or None)
        self._tell(say("handled", alert=self._lines.alert(changed)))
        same = (changed if one is alert else one for one in self._list.items)
        self._list = _List(items=tuple(same), told=self._list.told)

    def _named(self, asked: Asked) -> Item | None:
        number = asked.number
        return self._list.items[number - 1] if number is not None and 1 <= number <= len(self._list.items) else None

    def _show(self, items: Iterable[Item]) -> None:
        words = self._filter.casefold().split()
        fitting = tuple(item for item in items if all(word in self._sentence(item).casefold() for word in words))
        self._list = _List(items=fitting)
        if not fitting:
            self._tell(self._lines.say("nothing" if not words else "nothing_fits", words=self._filter))
            return
        self._go_on()

    def _go_on(self) -> None:
        items, told = self._list.items, self._list.told
        if told >= len(items):
            self._tell(self._lines.say("end"))
            return
        upto = min(told + PAGE, len(items))
        for number in range(told, upto):
            self._tell(f"{number + 1}. {self._sentence(items[number])}")
        self._list = _List(items=items, told=upto)
        if upto < len(items):
            self._tell(self._lines.say("more", told=upto, of=len(items)))

    def _detail(self, item: Item | None) -> None:
        match item:
            case Device():
                told = tuple(self._lines.device_detail(item))
            case Alert():
                told = tuple(self._lines.alert_detail(item))
            case Event():
                told = (self._lines.event(item),)
            case None:
                told = (self._lines.say("no_such_number"),)
            case _:
                assert_never(item)
        for line in told:
            self._tell(line)

    def _sentence(self, item: Item) -> str:
        match item:
            case Device():
                return self._lines.device(item)
            case Alert():
                return self._lines.alert(item)
            case Event():
                return self._lines.event(item)
            case _:
                assert_never(item)

    def _speak(self, texts: Texts) -> None:
        self._texts = texts
        self._lines = Lines(texts, Times(texts, system_now, None))

    def _tell(self, text: str) -> None:
        if text:
            self._write(clean_line(text))


def _write(line: str) -> None:
    with suppress(BrokenPipeError):
        sys.stdout.buffer.write(line.encode(sys.stdout.encoding or "utf-8", "replace") + b"\n")
        sys.stdout.buffer.flush()
