"""`cmd SERVICE …`: the services that have commands, each in its own file."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from .am import activity_command
from .call import Call
from .locksettings import lock_settings_command
from .notification import notification_command
from .pm import package_command
from .testharness import has_test_harness, test_harness_command

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
    service = _SERVICES.get(name) if call.handset.is_booted else None
    if name == "testharness" and call.handset.is_booted and has_test_harness(call):
        service = test_harness_command
    if service is None:
        await call.complain(f"cmd: Can't find service: {name}")
        return 20
    return await service(call, rest)
