"""`cmd SERVICE …`: notification, lock_settings, testharness, package, activity, settings."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from .am import activity_command
from .call import Call
from .locksettings import lock_settings_command
from .notification import notification_command
from .pm import package_command

_SERVICES: Final[Mapping[str, Callable[[Call, tuple[str, ...]], Awaitable[int]]]] = {
    "activity": activity_command,
    "lock_settings": lock_settings_command,
    "notification": notification_command,
    "package": package_command,
}


async def cmd(call: Call) -> int:
    """Exit 20 for a service that is not there."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    if not call.arguments:
        await call.complain("cmd: No service specified; use -l to list all running services. Use -w to start and wait.")
        return 20
    name, rest = call.arguments[0], call.arguments[1:]
    if name == "-l":
        await call.print("Currently running services:\n" + "\n".join(f"  {one}" for one in sorted(_SERVICES)))
        return 0
    if name == "testharness":
        return await _test_harness(call, rest)
    service = _SERVICES.get(name)
    if service is None:
        await call.complain(f"cmd: Can't find service: {name}")
        return 20
    return await service(call, rest)


async def _test_harness(call: Call, words: tuple[str, ...]) -> int:
    """`enable`/`restore` erase a phone without a screen lock: here it reboots empty-handed."""
    if words[:1] not in (("enable",), ("restore",)):
        await call.print(
            "About:\n  Test Harness Mode is a mode that the device can be placed in to prepare it for UI tests."
        )
        return 0
    if call.handset.power.has_credential:
        await call.complain("Test Harness Mode cannot be enabled if there is a lock screen")
        return 2
    call.handset.erase()
    call.handset.cable.reboot()
    return 0
