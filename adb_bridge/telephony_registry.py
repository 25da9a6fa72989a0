"""`dumpsys telephony.registry`: whether each SIM's line is idle, rings or is in a call. Total on any bytes.

Source: AOSP TelephonyRegistry.dump, read on Android 11 (`last known state:`, then for each SIM `Phone Id=N` and
indented `mCallState=0|1|2`, `mCallIncomingNumber=…`); 8 to 15 print these lines alike (not read there). Lines after
`local logs:` are history and are left out.
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from .records import Untrusted

_PHONE_ID = re.compile(rb"^\s*(?:mPhoneId|Phone Id)\s*=\s*([0-9])\s*$")
_STATE = re.compile(rb"^\s*mCallState=([012])\s*$")
_NUMBER = re.compile(rb"^\s*mCallIncomingNumber=(.*?)\s*$")
_MAX_LINES = 2000
_LONGEST_NUMBER = 40


class LineState(IntEnum):
    """`mCallState`, AOSP TelephonyManager.CALL_STATE_*."""

    IDLE = 0
    RINGING = 1
    OFF_HOOK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One SIM's line now."""

    slot: int
    """0 or 1; 0 where the phone does not tell slots apart."""
    state: LineState
    number: Untrusted | None
    """Who calls or called last, None when not told; stays from the last incoming call on most phones."""


def read_lines(printed: bytes) -> tuple[Line, ...]:
    """The lines by slot; () when nothing of this is printed."""
    states: dict[int, LineState] = {}
    numbers: dict[int, Untrusted] = {}
    slot = 0
    for text in printed.split(b"\n", _MAX_LINES)[:_MAX_LINES]:
        if text.startswith(b"local logs:"):
            break
        if (found := _PHONE_ID.match(text)) is not None:
            slot = int(found[1])
        elif (found := _STATE.match(text)) is not None:
            states.setdefault(slot, LineState(int(found[1])))
        elif (found := _NUMBER.match(text)) is not None and found[1]:
            numbers.setdefault(slot, Untrusted(found[1].decode("utf-8", "replace")[:_LONGEST_NUMBER]))
    return tuple(Line(slot=slot, state=state, number=numbers.get(slot)) for slot, state in sorted(states.items()))
