"""Lock by the device-owner app, where one is enrolled that can be told to from the shell.

TestDPC (v9): `dumpsys activity --user 0 service com.afwsamples.testdpc lock-now`, open to who may DUMP. OwnDroid (v7):
a broadcast to its ApiReceiver with its API key. Both call `lockNow`, which locks at once whatever the user chose, and
needs no key events. Read back as every lock.
"""

from typing import Final, assert_never

from ..secret import Secret
from ..session import quote
from .answers import Said, said_by
from .codes import Code
from .endings import impossible, refused, unsure
from .facts import PhoneFacts
from .lock_state import LOCK_STATE, look_at_lock, read_lock
from .orders import OwnerLock
from .owner_print import OwnerApp
from .result import VerbResult
from .trail import Trace, Trail

_TESTDPC: Final = "dumpsys activity --user 0 service com.afwsamples.testdpc lock-now"
_OWNDROID: Final = "am broadcast -a com.bintianqi.owndroid.action.LOCK -n com.bintianqi.owndroid/.ApiReceiver --es key"
_NO_SERVICE: Final = b"No services match"


async def owner_lock(order: OwnerLock, trail: Trail, facts: PhoneFacts) -> VerbResult:
    """Tell the app, then look at the lock."""
    command = _command(order.key, facts)
    if isinstance(command, Code):
        return impossible(command)
    answer, *state = await trail.act("owner_lock", command, then_look=LOCK_STATE, trace=Trace.WITHHELD)
    found = read_lock(tuple(state))

    async def is_settled() -> bool:
        nonlocal found
        found = found or await look_at_lock(trail)
        return found is not None

    if await trail.settle(is_settled) and found is not None:
        return found
    if said_by(answer) is Said.REFUSED or _NO_SERVICE in answer.output:
        return refused(Code.REFUSED)
    return unsure(Code.NOT_VERIFIED)


def can_lock(facts: PhoneFacts, key: Secret | None) -> bool:
    """Whether there is an app that can be told."""
    return not isinstance(_command(key, facts), Code)


def _command(key: Secret | None, facts: PhoneFacts) -> str | Code:
    if facts.owner is None:
        return Code.NO_OWNER
    match facts.owner.app:
        case OwnerApp.TESTDPC:
            return _TESTDPC
        case OwnerApp.OWNDROID:
            return Code.OWNER_KEY_MISSING if key is None else f"{_OWNDROID} {quote(key.reveal())}"
        case OwnerApp.OTHER:
            return Code.NO_OWNER
        case _:
            assert_never(facts.owner.app)
