"""`dumpsys SERVICE`."""

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from ...handset import Handset
from ..call import Call, encode
from ..deviceidle import device_idle_command
from ..owners import activity_service
from ..services import listing, service_names
from .audio import dump_audio
from .battery import dump_battery
from .lock_settings import dump_lock_settings
from .notification import dump_notification
from .package import dump_package
from .policy import dump_account, dump_device_policy, dump_user, dump_window
from .power import dump_power
from .telecom import dump_telecom
from .telephony import dump_telephony_registry
from .trust import dump_trust

_SERVICES: Final[Mapping[str, Callable[[Handset, tuple[str, ...]], str]]] = MappingProxyType(
    {
        "account": dump_account,
        "audio": dump_audio,
        "battery": dump_battery,
        "device_policy": dump_device_policy,
        "lock_settings": dump_lock_settings,
        "notification": dump_notification,
        "package": dump_package,
        "power": dump_power,
        "telecom": dump_telecom,
        "telephony.registry": dump_telephony_registry,
        "trust": dump_trust,
        "user": dump_user,
        "window": dump_window,
    }
)


async def dumpsys(call: Call) -> int:
    """`dumpsys -l`, `dumpsys [-t SECONDS] SERVICE [ARGUMENT…]`."""
    await asyncio.sleep(call.handset.spec.latencies.dumpsys_s)
    words = list(call.arguments)
    while words and words[0] in ("-t", "-T", "--priority"):
        del words[:2]
    if not words or words[0] == "-l":
        await call.print(listing(call.handset))
        return 0
    if words[0] not in service_names(call.handset):
        await call.complain(f"Can't find service: {words[0]}")
        return 0
    match words[0]:
        case "activity":
            return await activity_service(call, tuple(words[1:]))
        case "deviceidle":
            await device_idle_command(call, tuple(words[1:]))
            return 0
        case _:
            pass
    dump = _SERVICES.get(words[0])
    if dump is not None:
        await call.stdout.write(encode(dump(call.handset, tuple(words[1:]))))
    return 0
