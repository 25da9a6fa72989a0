"""Starts a program, with the trouble that the phone's plan has for this call."""

import asyncio
from dataclasses import replace
from typing import Final

from ..command_faults import GARBAGE, CommandFault, FaultMode
from ..pipes import NoOutput
from ..wire.streams import StreamClosedError
from .call import Call, Program, encode

_SERVICES: Final = {
    "am": "activity",
    "appops": "appops",
    "content": "activity",
    "dpm": "device_policy",
    "input": "input",
    "locksettings": "lock_settings",
    "media": "media_session",
    "monkey": "activity",
    "pm": "package",
    "settings": "settings",
    "svc": "power",
    "wm": "window",
}
"""Programs that only speak to a system service, with its name."""


async def start(program: Program, call: Call) -> int:
    """Return the exit code. Raise `StreamClosedError` when the plan pulls the cable."""
    fault = call.handset.faults.commands.strike(call.argv)
    if not call.handset.is_booted and call.argv[0] in _SERVICES:
        return await _not_yet(call)
    if fault is None:
        return await program(call)
    match fault.mode:
        case FaultMode.SLOW:
            await asyncio.sleep(fault.delay_s)
            return await program(call)
        case FaultMode.SILENT:
            return await program(replace(call, is_pretended=True))
        case FaultMode.HANG:
            return await _hang(call)
        case FaultMode.DROP:
            return _drop(call)
        case FaultMode.EXIT:
            return await _fail(call, fault)
        case FaultMode.GARBAGE:
            await call.stdout.write(GARBAGE)
            return 0
        case _:
            return await _after_effect(program, call, fault)


async def _not_yet(call: Call) -> int:
    """adb is up before the system is."""
    await call.complain(f"cmd: Can't find service: {_SERVICES[call.argv[0]]}")
    return 20


async def _after_effect(program: Program, call: Call, fault: CommandFault) -> int:
    code = await program(replace(call, stdout=NoOutput(), stderr=NoOutput()))
    match fault.mode:
        case FaultMode.EFFECT_THEN_HANG:
            return await _hang(call)
        case FaultMode.EFFECT_THEN_DROP:
            return _drop(call)
        case FaultMode.EFFECT_THEN_EXIT:
            return await _fail(call, fault)
        case _:
            await call.stdout.write(GARBAGE)
            return code


async def _hang(call: Call) -> int:
    """Until the host goes away."""
    await call.gone.wait()
    raise StreamClosedError


def _drop(call: Call) -> int:
    call.handset.cable.cut()
    raise StreamClosedError


async def _fail(call: Call, fault: CommandFault) -> int:
    if fault.stderr:
        await call.stderr.write(encode(fault.stderr if fault.stderr.endswith("\n") else fault.stderr + "\n"))
    return fault.code
