"""How a verb talks to a phone: looks (read only) and acts, each bounded in time, each leaving a trace.

An act whose answer is lost is no error here: the phone may have done it, so the verb reads back. Only when the link
itself is gone does the order end at once, and then `may_have_acted` says what that means.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..clock import Clock
from ..errors import BridgeErrorCode, DeviceUnavailableError, ParseError, ShellCommandError
from ..samples import sample_hash
from ..session import MIB, Session
from ..shell_batch import Section, run_batch
from .answers import Said, said_by
from .codes import Code
from .result import StepTrace

_MAX_BYTES: Final = 6 * MIB
_MOST_STEPS: Final = 200
_UNTOLD: Final = Section(output=b"", status=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an order waits. `at_most_s` bounds the whole order, whatever the phone does."""

    look_s: float = 10.0
    act_s: float = 15.0
    settle_s: float = 6.0
    """How long a read-back is repeated until the phone says that it happened."""
    pause_s: float = 0.5
    at_most_s: float = 90.0


PATIENCE: Final = Patience()


class Trace(StrEnum):
    """Whether what a step printed may be told as a hash."""

    HASHED = "hashed"
    WITHHELD = "withheld"
    """It may repeat the order's secret."""


class Trail:
    """One order on its way to one phone."""

    def __init__(self, session: Session, clock: Clock, patience: Patience) -> None:
        self.session = session
        self.clock = clock
        self.patience = patience
        self.may_have_acted = False
        """Something with an effect may have reached the phone."""
        self._steps: list[StepTrace] = []

    @property
    def steps(self) -> tuple[StepTrace, ...]:
        """What was done so far, oldest first, at most 200."""
        return tuple(self._steps)

    async def look(self, *commands: str) -> tuple[Section, ...]:
        """Ask, without an effect. Leaves no trace when it works.

        Raises:
            DeviceUnavailableError, ServerUnavailableError, ShellCommandError, ParseError: as `run_batch`.
        """
        return await run_batch(self.session, commands, timeout_s=self.patience.look_s, max_bytes=_MAX_BYTES)

    async def act(
        self, step: str, *commands: str, then_look: Sequence[str] = (), trace: Trace = Trace.HASHED
    ) -> tuple[Section, ...]:
        """Do something, and look in the same call. Sections without an answer have the status -1.

        Raises:
            DeviceUnavailableError: the link is gone; `may_have_acted` is set.
            ServerUnavailableError: so is the server.
        """
        self.may_have_acted = True
        try:
            sections = await run_batch(
                self.session, (*commands, *then_look), timeout_s=self.patience.act_s, max_bytes=_MAX_BYTES
            )
        except (ParseError, ShellCommandError):
            self.note(step, Code.UNREADABLE)
            return (_UNTOLD,) * (len(commands) + len(then_look))
        except DeviceUnavailableError as error:
            self.note(step, link_code(error))
            if error.code is not BridgeErrorCode.DEVICE_TIMEOUT:
                raise
            return (_UNTOLD,) * (len(commands) + len(then_look))
        self._trace(step, sections[: len(commands)], trace)
        return sections

    def note(self, step: str, code: str) -> None:
        """A step that has no answer of its own."""
        self._add(StepTrace(step=step, code=code, exit_code=None, stderr_sha256=None))

    async def settle(self, holds: Callable[[], Awaitable[bool]]) -> bool:
        """Read back until it holds or the time for it is over. The last look's errors are the caller's."""
        until_s = self.clock.monotonic() + self.patience.settle_s
        looks = max(1, round(self.patience.settle_s / self.patience.pause_s)) if self.patience.pause_s > 0 else 1
        for _ in range(looks):
            if await holds():
                return True
            if self.clock.monotonic() >= until_s:
                break
            await asyncio.sleep(self.patience.pause_s)
        return False

    def _trace(self, step: str, sections: tuple[Section, ...], trace: Trace) -> None:
        """The first section that failed speaks for the step."""
        failed = next((one for one in sections if said_by(one) is not Said.NOTHING_BAD), None)
        if failed is None:
            self._add(StepTrace(step=step, code=Code.OK, exit_code=sections[-1].status, stderr_sha256=None))
            return
        told = sample_hash(failed.output) if trace is Trace.HASHED and failed.output else None
        code = Code.NOT_SUPPORTED if said_by(failed) is Said.UNKNOWN_COMMAND else Code.REFUSED
        self._add(StepTrace(step=step, code=code, exit_code=failed.status, stderr_sha256=told))

    def _add(self, step: StepTrace) -> None:
        if len(self._steps) < _MOST_STEPS:
            self._steps.append(step)


def link_code(error: DeviceUnavailableError) -> Code:
    """The code of a link that failed."""
    match error.code:
        case BridgeErrorCode.DEVICE_TIMEOUT:
            return Code.PHONE_TIMEOUT
        case BridgeErrorCode.DEVICE_UNAUTHORIZED:
            return Code.PHONE_UNAUTHORIZED
        case _:
            return Code.LINK_LOST
