"""`service list`, `service check NAME` (frameworks/native/cmds/service)."""

from ..traits import TestHarness
from .call import Call
from .services import service_names

_DATA_BLOCK = "persistent_data_block"


async def service(call: Call) -> int:
    """`service call` is not simulated: it prints an empty parcel."""
    names = service_names(call.handset)
    if names and call.handset.traits.test_harness is not TestHarness.NO_STORE:
        names = sorted([*names, _DATA_BLOCK])
    match call.arguments:
        case ("list",):
            await call.print(f"Found {len(names)} services:")
            for number, name in enumerate(names):
                await call.print(f"{number}\t{name}: []")
            return 0
        case ("check", name):
            await call.print(f"Service {name}: {'found' if name in names else 'not found'}")
            return 0
        case ("call", name, *_):
            await call.print("Result: Parcel(NULL)" if name in names else f"service: Service {name} does not exist")
            return 0
        case _:
            await call.complain("service: No command specified" if not call.arguments else "service: Unknown command")
            return 10
