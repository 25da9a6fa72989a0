"""A daemon's client without a daemon: answers from lists, streams what a test emits, fails when told to."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from types import TracebackType
from typing import Self, TypeVar, cast, get_origin

import msgspec

from daemon.api.errors import ApiClientError, ApiRefusedError, ApiUnreachableError, UnreachableReason
from daemon.api.exit_codes import ExitCode
from daemon.api.links import LinkOffline, LinkOnline, LinkRefused, LinkState
from daemon.api.policy import RulesInForce
from daemon.api.wire import (
    Alert,
    AlertStatus,
    Command,
    CommandRequest,
    CommandState,
    Device,
    Event,
    EventQuery,
    Health,
    Hello,
    Role,
    StreamItem,
    StreamKind,
)
from daemon.api.wire_base import Wire

from . import sample_shop as sample

AnswerT = TypeVar("AnswerT")


def refused(code: str = "permission.denied") -> ApiRefusedError:
    return ApiRefusedError(code, "Your role may not do this.", "Ask the owner.", ExitCode.NOT_PERMITTED, 403)


def unreachable() -> ApiUnreachableError:
    return ApiUnreachableError(UnreachableReason.NOT_RUNNING, "No daemon answers.", "Start shopwardend run.")


class FakeClient:
    """Fits `ConsoleClient`. Public lists are the daemon's state; `asked` are the calls, newest last."""

    def __init__(self, *, language: str = "en", role: Role = Role.OWNER) -> None:
        self.hello: Hello = sample.hello(role, language)
        self.device_list: tuple[Device, ...] = sample.devices(language)
        self.alert_list: list[Alert] = list(sample.alerts(language))
        self.event_list: list[Event] = list(sample.events())
        self.command_list: list[Command] = []
        self.asked: list[tuple[str, object]] = []
        self.errors: dict[str, ApiClientError] = {}
        """Method name to the error that it raises."""
        self.secrets: dict[str, str] = {}
        """Event id to what a reveal shows."""
        self.first_link: LinkState | None = None
        """What the stream says before all else; it then waits for `emit`."""
        self.answers: dict[tuple[str, str], Callable[[Wire | None], object]] = {
            ("GET", "/v1/policy/rules"): lambda body: RulesInForce(version="1+00000000", items=()),
        }
        """Method and path, or its beginning, to what `call` answers. The longest that fits is taken; without one
        it is an older daemon that does not know the route."""
        self._queue: asyncio.Queue[StreamItem | LinkState] = asyncio.Queue()
        self.spoken = language
        self.is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.is_closed = True

    def emit(self, *items: StreamItem | LinkState) -> None:
        for item in items:
            self._queue.put_nowait(item)

    def emit_event(self, event: Event) -> None:
        self.event_list.append(event)
        self.emit(StreamItem(kind=StreamKind.EVENT, ledger_index=event.ledger_index, event=event))

    def emit_alert(self, alert: Alert) -> None:
        self.alert_list.append(alert)
        self.emit(StreamItem(kind=StreamKind.ALERT, ledger_index=None, alert=alert))

    def emit_command(self, command: Command) -> None:
        self.emit(StreamItem(kind=StreamKind.COMMAND, ledger_index=None, command=command))

    def emit_device(self, device: Device) -> None:
        self.emit(StreamItem(kind=StreamKind.DEVICE, ledger_index=None, device=device))

    def go_online(self) -> None:
        self.emit(
            LinkOnline(resumed_after=None), StreamItem(kind=StreamKind.HELLO, ledger_index=None, hello=self.hello)
        )

    def go_offline(self, retry_in_s: float = 5.0) -> None:
        self.emit(LinkOffline(error=unreachable(), retry_in_s=retry_in_s, attempts=1))

    def go_refused(self, error: ApiClientError) -> None:
        self.emit(LinkRefused(error=error, retry_in_s=30.0))

    async def stream_forever(self, after: int | None = None) -> AsyncIterator[StreamItem | LinkState]:
        self.asked.append(("stream", after))
        if self.first_link is None:
            yield LinkOnline(resumed_after=after)
            yield StreamItem(kind=StreamKind.HELLO, ledger_index=None, hello=self.hello)
        else:
            yield self.first_link
            self.first_link = None
        while True:
            yield await self._queue.get()

    async def call(
        self,
        method: str,
        path: str,
        answer: type[AnswerT],
        *,
        body: Wire | None = None,
        query: Mapping[str, str] | None = None,
        timeout_s: float = 1.0,
    ) -> AnswerT:
        fitting = [known for verb, known in self.answers if verb == method and path.startswith(known)]
        self._asked(f"{method} {path}", body if query is None else dict(query))
        nearest = max(fitting, key=len, default=None)
        found = None if nearest is None else self.answers[method, nearest](body)
        kind = get_origin(answer) or answer
        if nearest is None or (nearest != path and not isinstance(found, kind)):
            raise ApiRefusedError(
                "request.no_such_route", "The daemon does not know this.", "Update it.", ExitCode.NOT_FOUND, 404
            )
        assert isinstance(found, kind)
        return cast(AnswerT, found)

    def speak(self, language: str) -> None:
        self.asked.append(("speak", language))
        self.spoken = language
        worded = {alert.alert_id: alert.title for alert in sample.alerts(language)}
        self.alert_list = [
            msgspec.structs.replace(alert, title=worded.get(alert.alert_id, alert.title)) for alert in self.alert_list
        ]

    async def health(self) -> Health:
        self._asked("health", None)
        return sample.health()

    async def devices(self) -> tuple[Device, ...]:
        self._asked("devices", None)
        return self.device_list

    async def alerts(
        self, *, status: AlertStatus | None = None, device: str | None = None, limit: int = 200
    ) -> tuple[Alert, ...]:
        self._asked("alerts", status)
        return tuple(alert for alert in self.alert_list if status in {None, alert.status})[:limit]

    async def change_alert(self, alert_id: str, to: AlertStatus, note: str | None = None) -> Alert:
        self._asked("change_alert", (alert_id, to, note))
        position = next(at for at, alert in enumerate(self.alert_list) if alert.alert_id == alert_id)
        changed = msgspec.structs.replace(
            self.alert_list[position], status=to, note=note, handled_by="owner", handled_at=sample.NOW
        )
        self.alert_list[position] = changed
        return changed

    async def events(self, query: EventQuery) -> tuple[Event, ...]:
        self._asked("events", query)
        found = [
            event
            for event in reversed(self.event_list)
            if query.device in {None, event.device}
            and query.kind in {None, event.kind, event.source}
            and query.conversation in {None, event.conversation}
            and (query.before is None or event.ledger_index < query.before)
            and (query.since is None or event.occurred_at >= query.since)
            and (query.until is None or event.occurred_at < query.until)
            and (query.text is None or query.text in event.body)
        ]
        return tuple(found[: query.limit])

    async def reveal(self, query: EventQuery, reason: str) -> tuple[Event, ...]:
        self._asked("reveal", (query.event_ids, reason))
        return tuple(
            msgspec.structs.replace(event, body=self.secrets.get(event.event_id, event.body), is_revealed=True)
            for event in self.event_list
            if event.event_id in query.event_ids
        )

    async def command(self, request: CommandRequest) -> Command:
        self._asked("command", request)
        made = sample.command(
            len(self.command_list) + 100,
            device=request.device,
            verb=request.verb,
            reason=request.reason,
            requested_at=sample.NOW,
            updated_at=sample.NOW,
        )
        self.command_list.append(made)
        return made

    async def commands(self, *, device: str | None = None, limit: int = 200) -> tuple[Command, ...]:
        self._asked("commands", device)
        return tuple(self.command_list[:limit])

    async def cancel_command(self, command_id: str) -> Command:
        self._asked("cancel_command", command_id)
        known = next(command for command in self.command_list if command.command_id == command_id)
        return msgspec.structs.replace(known, state=CommandState.CANCELLED)

    def calls(self, name: str) -> list[object]:
        """What a method was asked, oldest first."""
        return [argument for asked, argument in self.asked if asked == name]

    def _asked(self, name: str, argument: object) -> None:
        self.asked.append((name, argument))
        error = self.errors.get(name)
        if error is not None:
            raise error
