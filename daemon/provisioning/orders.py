"""Commands that a step gives: through the queue like everybody's, so that one at a time reaches the phone, each is
audited, and one that an interruption left behind is found again instead of being sent twice."""

import hashlib
from typing import Final

from adb_bridge.verbs.codes import Code

from ..api.wire import CommandState, Parameters, Verb
from ..commanding.orders import CommandOrder
from ..service import ServiceError
from .work import Work

_AT_MOST_S: Final = 120.0
_EXPIRES_S: Final = 600
_TRIES: Final = 4
_PASSING: Final = frozenset(
    {Code.NOT_IN_EFFECT.value, Code.LINK_LOST.value, Code.PHONE_TIMEOUT.value, Code.NOT_VERIFIED.value, "expired"}
)
"""Of commands that an interruption ended: what was sent did not arrive."""
UNAVAILABLE: Final = "commands_unavailable"


async def told(work: Work, verb: Verb, parameters: Parameters | None, *, mark: str) -> str | None:
    """Give a command and wait for its end; None when it was carried out and read back, else the code of why not.

    A command that a lost link ended is given anew. `mark` tells two commands of one verb apart.
    """
    code: str | None = UNAVAILABLE
    for _ in range(_TRIES):
        if work.parts.commands is None:
            return UNAVAILABLE
        key = hashlib.sha256(f"{work.serial}\n{mark}\n{work.orders}".encode()).hexdigest()[:24]
        order = CommandOrder(
            device=work.serial,
            verb=verb,
            reason=f"provisioning {work.run_id}",
            parameters=parameters,
            expires_in_s=_EXPIRES_S,
            idempotency_key=f"{work.run_id}.{verb.value}.{key}",
        )
        try:
            command = await work.parts.commands.submit(work.by, order)
            command = await work.parts.commands.ended(command.command_id, _AT_MOST_S)
        except ServiceError as error:
            return error.code
        if command.state is CommandState.ACKNOWLEDGED:
            return None
        code = command.result or command.state.value
        if not command.state.is_terminal:
            return code
        work.orders += 1
        if code not in _PASSING:
            return code
    return code
