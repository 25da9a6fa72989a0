"""`dumpsys SERVICE`."""

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from ...handset import Handset
from ..call import Call, encode
from .battery import dump_battery
from .lock_settings import dump_lock_settings
from .notification import dump_notification
from .package import dump_package
from .power import dump_power
from .telephony import dump_telephony_registry
from .trust import dump_trust

_SERVICES: Final[Mapping[str, Callable[[Handset, tuple[str, ...]], str]]] = MappingProxyType(
    {
        "battery": dump_battery,
        "lock_settings": dump_lock_settings,
        "notification": dump_notification,
        "package": dump_package,
        "power": dump_power,
        "telephony.registry": dump_telephony_registry,
        "trust": dump_trust,
    }
)


async def dumpsys(call: Call) -> int:
    """`dumpsys -l`, `dumpsys [-t SECONDS] SERVICE [ARGUMENT…]`."""
    await asyncio.sleep(call.handset.spec.latencies.dumpsys_s)
    words = list(call.arguments)
    while words and words[0] in ("-t", "-T", "--priority"):
        del words[:2]
    if not words or words[0] == "-l":
        await call.print("Currently running services:\n" + "\n".join(f"  {name}" for name in sorted(_SERVICES)))
        return 0
    dump = _SERVICES.get(words[0]) if call.handset.is_booted else None
    if dump is None:
        await call.complain(f"Can't find service: {words[0]}")
        return 0
    await call.stdout.write(encode(dump(call.handset, tuple(words[1:]))))
    return 0
