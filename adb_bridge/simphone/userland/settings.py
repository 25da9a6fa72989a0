"""`settings get|put|delete|list NAMESPACE …` (SettingsProvider's shell command)."""

import asyncio
from functools import partial

from ..faults import Right
from ..settings import NAMESPACES
from .call import Call
from .java import throw


async def settings(call: Call) -> int:
    """`put` says nothing, `get` prints `null` for a missing key."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    return await settings_command(call, call.arguments)


async def settings_command(call: Call, arguments: tuple[str, ...]) -> int:
    """The service's part."""
    words = list(arguments)
    if words[:1] == ["--user"]:
        del words[:2]
    verb, namespace = (*words[:2], "", "")[:2]
    rest = words[2:]
    if verb not in ("get", "put", "delete", "list"):
        await call.complain(f"Unknown command: {verb}" if verb else "Settings provider (settings) commands:")
        return 255
    if namespace not in NAMESPACES:
        await call.complain(f"Invalid namespace '{namespace}'")
        return 255
    table = call.handset.settings
    match (verb, rest):
        case ("get", [key, *_]):
            value = table.get(namespace, key)
            await call.print("null" if value is None else value)
        case ("put" | "delete", [key, *_]) if namespace != "system" and call.handset.faults.is_denied(
            Right.SECURE_SETTINGS
        ):
            why = "Permission denial: writing to settings requires:android.permission.WRITE_SECURE_SETTINGS"
            return await throw(call, verb, "java.lang.SecurityException", why)
        case ("put", [key, new, *_]):
            call.do(partial(table.put, namespace, key, new))
        case ("delete", [key, *_]):
            had = table.get(namespace, key) is not None
            call.do(partial(table.delete, namespace, key))
            await call.print(f"Deleted {int(had)} rows")
        case ("list", _):
            for key, value in table.items(namespace):
                await call.print(f"{key}={value}")
        case _:
            await call.complain("Bad arguments")
            return 255
    return 0
