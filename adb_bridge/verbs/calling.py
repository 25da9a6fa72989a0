"""Have the phone call a number that the desk does not show.

`am start -a android.intent.action.CALL` (CALL_PHONE is the shell's from 10). The call is there when the line goes from
idle to off-hook without ringing. A prefilled dialer is no fallback: it would show the number and wait. The number is in
no trace; on the phone itself it shows, as every call does.
"""

import re
from typing import Final

from ..session import quote
from ..shell_batch import Section
from ..telephony_registry import LineState, read_lines
from .answers import Said, said_by
from .codes import Code
from .endings import done, impossible, not_now, refused, unsure
from .facts import PhoneFacts, Sim
from .orders import Call
from .result import VerbResult
from .trail import Trace, Trail

_STATE: Final = ("dumpsys telephony.registry", "dumpsys telecom")
_NOT_STARTED: Final = re.compile(rb"^Error(?: type [0-9])?:|Permission Denial|SecurityException", re.MULTILINE)
_DIALING: Final = re.compile(rb"\[Call id=[^,\n]{1,40}, state=(?:DIALING|PULLING)\b")
_CHOOSING: Final = re.compile(rb"\[Call id=[^,\n]{1,40}, state=SELECT_PHONE_ACCOUNT\b")
_AFTER_A_CALL_S: Final = 60.0
_AFTER_AIRPLANE_S: Final = 300.0


async def call(order: Call, trail: Trail, facts: PhoneFacts) -> VerbResult:
    """Place it, and see the line go off-hook."""
    if facts.is_airplane:
        return not_now(Code.AIRPLANE_MODE, _AFTER_AIRPLANE_S)
    if facts.sim is Sim.NONE:
        return impossible(Code.NO_SIM)
    before = await _look(trail)
    if before.is_busy:
        return not_now(Code.IN_CALL, _AFTER_A_CALL_S)
    command = f"am start -a android.intent.action.CALL -d {quote('tel:' + order.number.reveal())}"
    (answer,) = await trail.act("call", command, trace=Trace.WITHHELD)
    seen = before
    has_rung = False

    async def is_calling() -> bool:
        nonlocal seen, has_rung
        seen = await _look(trail)
        has_rung = has_rung or seen.is_ringing
        return seen.is_dialing or (seen.is_off_hook and not has_rung)

    if await trail.settle(is_calling):
        return done(Code.CALLING) if before.is_told or seen.is_dialing else unsure(Code.NOT_VERIFIED)
    if seen.is_choosing:
        return unsure(Code.SIM_CHOICE)
    if _NOT_STARTED.search(answer.output) or said_by(answer) is Said.REFUSED:
        return refused(Code.REFUSED)
    return impossible(Code.NOT_SUPPORTED) if said_by(answer) is Said.UNKNOWN_COMMAND else unsure(Code.NOT_VERIFIED)


async def read_back_call(trail: Trail) -> VerbResult:
    """A phone in a call now may be in another one: only one that still dials is ours."""
    return done(Code.CALLING) if (await _look(trail)).is_dialing else unsure(Code.NOT_VERIFIED)


class _Lines:
    """What telephony and telecom say."""

    def __init__(self, registry: Section, telecom: Section) -> None:
        states = [line.state for line in read_lines(registry.output)]
        self.is_told = bool(states)
        self.is_busy = any(state is not LineState.IDLE for state in states)
        self.is_off_hook = LineState.OFF_HOOK in states
        self.is_ringing = LineState.RINGING in states
        self.is_dialing = _DIALING.search(telecom.output) is not None
        self.is_choosing = _CHOOSING.search(telecom.output) is not None


async def _look(trail: Trail) -> _Lines:
    registry, telecom = await trail.look(*_STATE)
    return _Lines(registry, telecom)
