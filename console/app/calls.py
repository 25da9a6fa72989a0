"""The app's floor: calls to the daemon as worker → message → follow-up, safe toasts, and the last handler."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

from textual.app import App
from textual.message import Message
from textual.notifications import Notify, SeverityLevel
from textual.worker import Worker, WorkerState

from daemon.api.errors import ApiClientError, ApiTimeoutError, ApiUnreachableError

from ..plain_text import clean
from ..safe_text import SafeContent
from .run_log import Outcome, RunLog
from .sturdy import Sturdy
from .times import Now, system_now
from .work import Cancel, LongWork

T = TypeVar("T")

FAULTS_TOLERATED: Final = 20
FAULT_WINDOW_S: Final = 10.0
TOAST_CHARACTERS: Final = 400
TOASTS_AT_ONCE: Final = 3
"""The oldest goes when there is one more: toasts must not cover what they are about."""


class CallEnded(Message):
    """A call has its answer or its error; `follow_up` puts it on the screen."""

    def __init__(self, follow_up: Callable[[], None]) -> None:
        super().__init__()
        self.follow_up = follow_up


class CallingApp(Sturdy, App[int]):
    """An app whose calls and handlers may fail without ending it."""

    def __init__(self, now: Now = system_now) -> None:
        super().__init__()
        self.run_log = RunLog(now)
        self.works: list[tuple[LongWork, Worker[None]]] = []
        """What takes a while and has not ended, oldest first."""
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

    def log_run(self, what: SafeContent, outcome: Outcome) -> None:
        """Something that a person asked for has ended. No content of phones and no typed reasons in `what`."""
        self.run_log.note(what, outcome)

    def long_work(
        self,
        title: SafeContent,
        job: Callable[[LongWork], Awaitable[T]],
        then: Callable[[T], None],
        *,
        otherwise: Callable[[ApiClientError], None] | None = None,
        cancel: Cancel | None = None,
    ) -> None:
        """As `call`, for what takes a while: `job` tells its progress, a banner shows it, escape stops it.

        A stopped one runs neither `then` nor `otherwise`; `cancel` asks whoever does the work to stop, too.
        """
        work = LongWork(title, self.works_changed, cancel)
        worker = self.run_worker(self._worked(work, job, then, otherwise), group="works", exit_on_error=False)
        self.works.append((work, worker))
        self.works_changed()

    def stop_work(self) -> None:
        """Stop the youngest of what takes a while."""
        if self.works:
            work, worker = self.works[-1]
            work.is_cancelled = True
            worker.cancel()

    def works_changed(self) -> None:
        """What takes a while has begun, gone on or ended; the app says so on its screen."""

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

    def on_notify(self, event: Notify) -> None:
        """Comes before Textual's own handler, which adds the new one."""
        for old in list(self._notifications)[: -TOASTS_AT_ONCE + 1]:
            self._unnotify(old, refresh=False)

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

    async def _worked(
        self,
        work: LongWork,
        job: Callable[[LongWork], Awaitable[T]],
        then: Callable[[T], None],
        otherwise: Callable[[ApiClientError], None] | None,
    ) -> None:
        outcome = Outcome.FAILED
        try:
            answer = await job(work)
        except asyncio.CancelledError:
            outcome = Outcome.CANCELLED
            if work.is_cancelled and work.cancel is not None:
                self.call(work.cancel(), lambda nothing: None)
            raise
        except ApiClientError as error:
            outcome = Outcome.REFUSED
            self.post_message(CallEnded(partial(otherwise or self.tell_error, error)))
        else:
            outcome = Outcome.DONE
            self.post_message(CallEnded(partial(then, answer)))
        finally:
            self.works = [(other, worker) for other, worker in self.works if other is not work]
            self.run_log.note_work(work.title, outcome)
            self.works_changed()

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
