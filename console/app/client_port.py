"""What the app needs of the API client. `daemon.api.client.ApiClient` fits it; so does the tests' fake."""

from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Protocol, Self, TypeVar

from daemon.api.links import LinkState
from daemon.api.wire import (
    Alert,
    AlertStatus,
    Command,
    CommandRequest,
    Device,
    Event,
    EventQuery,
    Health,
    StreamItem,
)
from daemon.api.wire_base import Wire

AnswerT = TypeVar("AnswerT")


class ConsoleClient(Protocol):
    """Every call is bounded in time and raises `ApiClientError`. Texts in answers are in the client's language."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    async def health(self) -> Health: ...
    async def devices(self) -> tuple[Device, ...]: ...
    async def events(self, query: EventQuery) -> tuple[Event, ...]: ...
    async def reveal(self, query: EventQuery, reason: str) -> tuple[Event, ...]: ...
    async def alerts(
        self, *, status: AlertStatus | None = None, device: str | None = None, limit: int = 200
    ) -> tuple[Alert, ...]: ...
    async def change_alert(self, alert_id: str, to: AlertStatus, note: str | None = None) -> Alert: ...
    async def command(self, request: CommandRequest) -> Command: ...
    async def commands(self, *, device: str | None = None, limit: int = 200) -> tuple[Command, ...]: ...
    async def cancel_command(self, command_id: str) -> Command: ...
    async def call(
        self,
        method: str,
        path: str,
        answer: type[AnswerT],
        *,
        body: Wire | None = None,
        query: Mapping[str, str] | None = None,
        timeout_s: float = ...,
    ) -> AnswerT:
        """A route that has its client functions in a file of its own."""

    def speak(self, language: str) -> None:
        """The language of calls from now on; a stream that is open keeps its own."""

    def stream_forever(self, after: int | None = None) -> AsyncIterator[StreamItem | LinkState]:
        """The live stream; connects again by itself and says so with a `LinkState` in between. Never raises."""
