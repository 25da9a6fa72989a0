"""The app's floor: calls to the daemon as worker → message → follow-up, safe toasts, and the last handler."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

from textual.app import App
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.worker import Worker, WorkerState

from daemon.api.errors import ApiClientError, ApiTimeoutError, ApiUnreachableError

from ..plain_text import clean
from .sturdy import Sturdy

T = TypeVar("T")

FAULTS_TOLERATED: Final = 20
FAULT_WINDOW_S: Final = 10.0
TOAST_CHARACTERS: Final = 400


class CallEnded(Message):
    """A call has its answer or its error; `follow_up` puts it on the screen."""

    def __init__(self, follow_up: Callable[[], None]) -> None:
        super().__init__()
        self.follow_up = follow_up


class CallingApp(Sturdy, App[int]):
    """An app whose calls and handlers may fail without ending it."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        """Class names of the errors that reached the last handler. No messages: they could hold content."""
        self._fault_times: deque[float] = deque(maxlen=FAULTS_TOLERATED)

    def call(
        self,
        work: Awaitable[T],
        then: Callable[[T], None],
        otherwise: Callable[[ApiClientError], None] | None = None,
    ) -> None:
        """Await `work` in a worker, then run `then` with its answer, or `otherwise` (a toast) with its error."""
        self.run_worker(self._called(work, then, otherwise), group="calls", exit_on_error=False)

    def tell_error(self, error: ApiClientError) -> None:
        """A refusal or failure of one call, as a toast. What is wrong with the link is the banner's to say."""
        is_passing = isinstance(error, ApiUnreachableError | ApiTimeoutError)
        self.notify(f"{error.message}\n{error.hint}".strip(), severity="warning" if is_passing else "error")

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """A toast. Markup is never parsed, whatever `markup` says."""
        super().notify(
            clean(message, limit=TOAST_CHARACTERS),
            title=clean(title, limit=TOAST_CHARACTERS),
            severity=severity,
            timeout=timeout,
            markup=False,
        )

    def fault_shown(self, name: str) -> None:
        """A fault of ours reached the last handler; the app says so on its screen."""

    def on_call_ended(self, message: CallEnded) -> None:
        message.follow_up()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and isinstance(event.worker.error, Exception):
            self._handle_exception(event.worker.error)

    def _handle_exception(self, error: Exception) -> None:
        """The last handler: note the fault and go on. Textual's own would end the app and print local variables.

        A storm of faults (a screen that cannot be drawn) does end the app, with a line that names classes only.
        """
        now = self._loop_time()
        name = type(error).__name__
        self.faults = [*self.faults[-FAULTS_TOLERATED:], name]
        self._fault_times.append(now)
        if len(self._fault_times) == FAULTS_TOLERATED and now - self._fault_times[0] < FAULT_WINDOW_S:
            self.exit(return_code=1, message=f"shopwarden: {name}")
            return
        self.call_later(self.fault_shown, name)

    def _loop_time(self) -> float:

        return asyncio.get_running_loop().time()

    async def _called(
        self,
        work: Awaitable[T],
        then: Callable[[T], None],
        otherwise: Callable[[ApiClientError], None] | None,
    ) -> None:
        try:
            answer = await work
        except ApiClientError as error:
            self.post_message(CallEnded(partial(otherwise or self.tell_error, error)))
        else:
            self.post_message(CallEnded(partial(then, answer)))
