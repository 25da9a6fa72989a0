"""`cmd SERVICE …`: the services that have commands, each in its own file."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from .am import activity_command
from .appops import app_ops_command
from .call import Call
from .deviceidle import device_idle_command
from .dpm import device_policy_command
from .locksettings import lock_settings_command
from .machine import power_command
from .media import FIRST_AS_SERVICE, media_command
from .notification import notification_command
from .pm import package_command
from .services import listing, service_names
from .settings import settings_command
from .testharness import test_harness_command
from .wifi import FIRST_SDK as FIRST_WIFI_SDK
from .wifi import wifi_command

_SERVICES: Final[Mapping[str, Callable[[Call, tuple[str, ...]], Awaitable[int]]]] = {
    "activity": activity_command,
    "appops": app_ops_command,
    "device_policy": device_policy_command,
    "deviceidle": device_idle_command,
    "lock_settings": lock_settings_command,
    "media_session": media_command,
    "notification": notification_command,
    "package": package_command,
    "power": power_command,
    "settings": settings_command,
    "testharness": test_harness_command,
    "wifi": wifi_command,
}

_SINCE: Final[Mapping[str, int]] = {"media_session": FIRST_AS_SERVICE, "wifi": FIRST_WIFI_SDK}
"""The API level from which the service takes commands."""


async def cmd(call: Call) -> int:
    """Exit 20 for a service that is not there."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    if not call.arguments:
        await call.complain("cmd: No service specified; use -l to list all running services. Use -w to start and wait.")
        return 20
    name, rest = call.arguments[0], call.arguments[1:]
    if name == "-l":
        await call.print(listing(call.handset))
        return 0
    if name not in service_names(call.handset):
        await call.complain(f"cmd: Can't find service: {name}")
        return 20
    service = _SERVICES.get(name)
    if service is None or call.handset.spec.sdk < _SINCE.get(name, 0):
        await call.print("No shell command implementation.")
        return 255
    return await service(call, rest)
