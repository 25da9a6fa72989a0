"""Keeping a task alive: one phone's trouble is logged once, retried with patience, and reaches nobody else.

Rules:
1. A task that returns is done. A task that raises is started again after 1, 2, 4 ... 60 s, with jitter.
2. One line in the log when trouble begins, one when it ends; retries in between are `debug`.
3. A task that still says `well()` after `healthy_after_s` has recovered: the back-off starts from the beginning.
4. Trouble that waiting cannot heal (unauthorized) parks the task until somebody wakes it.
5. `wake` ends any waiting at once. Cancelling ends the task at once.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from adb_bridge.clock import Clock
from adb_bridge.errors import AdbBridgeError, BridgeErrorCode

from .logs import Log, where


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How patient to be. Seconds."""

    first_s: float = 1.0
    cap_s: float = 60.0
    jitter: float = 0.25
    """Share of the delay that is random: 0.25 gives 0.75-1.25 of it."""
    healthy_after_s: float = 5.0

    def delay_s(self, failures: int, chance: float) -> float:
        """Before the next try, after `failures` >= 1 in a row; `chance` in [0, 1)."""
        plain = min(self.first_s * 2.0 ** min(failures - 1, 30), self.cap_s)
        return plain * (1 - self.jitter + 2 * self.jitter * chance)


class Remedy(StrEnum):
    """What helps against an error."""

    RETRY = "retry"
    PARK = "park"
    """Only a change from outside: a tap on the phone, a new connection, an operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a supervised task is not running now."""

    code: str
    """Stable: the bridge's own code, or `internal.<exception type>`."""
    remedy: Remedy
    failures: int


class Waiter(Protocol):
    """Waits; tests put their own time here."""

    async def wait(self, wake: asyncio.Event, timeout_s: float | None) -> bool:
        """True when `wake` was set (it is cleared), False after `timeout_s`; None waits for ever."""


class EventWaiter:
    """Real time."""

    async def wait(self, wake: asyncio.Event, timeout_s: float | None) -> bool:
        """See `Waiter`."""
        try:
            async with asyncio.timeout(timeout_s):
                await wake.wait()
        except TimeoutError:
            return False
        wake.clear()
        return True


def code_of(error: BaseException) -> str:
    """A stable code for any error: the error's own, or `internal.<type>`."""
    code = getattr(error, "code", None)
    if isinstance(code, StrEnum):
        return code.value
    if isinstance(code, str):
        return code
    return f"internal.{type(error).__name__}"


def remedy_for(error: BaseException) -> Remedy:
    """Authorisation needs a person; everything else may heal by itself."""
    if isinstance(error, AdbBridgeError) and error.code is BridgeErrorCode.DEVICE_UNAUTHORIZED:
        return Remedy.PARK
    return Remedy.RETRY


class Supervision:
    """One supervised task's record. The task calls `well()` whenever it did what it is for."""

    def __init__(self, *, clock: Clock, log: Log, policy: RetryPolicy, on_trouble: Callable[[Trouble | None], None]):
        self._clock = clock
        self._log = log
        self._policy = policy
        self._on_trouble = on_trouble
        self._failures = 0
        self._is_in_outage = False
        self._is_troubled = False
        self._started_s = clock.monotonic()

    @property
    def failures(self) -> int:
        """Failures in a row."""
        return self._failures

    def begin(self) -> None:
        """The task starts (again)."""
        self._started_s = self._clock.monotonic()

    def well(self) -> None:
        """The task works. Trouble is forgotten at once for those who look, but an outage ends only after
        `healthy_after_s`: a phone that fails every second would otherwise fill the log and be asked without pause.
        """
        if self._is_troubled:
            self._is_troubled = False
            self._on_trouble(None)
        if self._is_in_outage and self._clock.monotonic() - self._started_s >= self._policy.healthy_after_s:
            self._is_in_outage = False
            self._failures = 0
            self._log.info("task.recovered")

    def failed(self, error: Exception) -> Trouble:
        """Count, log once per outage, tell."""
        self._failures += 1
        trouble = Trouble(code=code_of(error), remedy=remedy_for(error), failures=self._failures)
        line = self._log.debug if self._is_in_outage else self._log.warning
        line(
            "task.trouble",
            code=trouble.code,
            tries=self._failures,
            where=where(error),
            error_type=type(error).__name__,
        )
        self._is_in_outage = True
        self._is_troubled = True
        self._on_trouble(trouble)
        return trouble

    def be_quick(self) -> None:
        """Something changed outside: back to the first delay, still the same outage."""
        self._failures = 0


async def supervise(
    factory: Callable[[Supervision], Awaitable[None]],
    *,
    clock: Clock,
    log: Log,
    wake: asyncio.Event,
    policy: RetryPolicy = RetryPolicy(),
    waiter: Waiter | None = None,
    on_trouble: Callable[[Trouble | None], None] = lambda _trouble: None,
    chance: Callable[[], float] = random.random,
) -> None:
    """Run `factory(supervision)` until it returns, by the module's rules. Raises only CancelledError."""
    waiting = waiter or EventWaiter()
    record = Supervision(clock=clock, log=log, policy=policy, on_trouble=on_trouble)
    while True:
        record.begin()
        try:
            await factory(record)
            return
        except Exception as error:  # noqa: BLE001 - the supervisor is where every failure of a task ends
            trouble = record.failed(error)
        is_parked = trouble.remedy is Remedy.PARK
        if await waiting.wait(wake, None if is_parked else policy.delay_s(trouble.failures, chance())):
            record.be_quick()
