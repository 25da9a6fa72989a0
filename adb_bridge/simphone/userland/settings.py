"""`settings get|put|delete|list NAMESPACE …` (SettingsProvider's shell command)."""

import asyncio

from ..faults import Right
from ..settings import NAMESPACES
from .call import Call


async def settings(call: Call) -> int:
    """`put` says nothing, `get` prints `null` for a missing key."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    words = list(call.arguments)
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
        case ("put", [key, *_]) if namespace != "system" and call.handset.faults.is_denied(Right.SECURE_SETTINGS):
            await call.complain(
                "\nException occurred while executing 'put':\njava.lang.SecurityException: Permission denial: "
                "writing to settings requires:android.permission.WRITE_SECURE_SETTINGS\n"
                "\tat com.android.providers.settings.SettingsProvider.enforceWritePermission"
                "(SettingsProvider.java:2296)"
            )
            return 255
        case ("put", [key, value, *_]):
            table.put(namespace, key, value)
        case ("delete", [key, *_]):
            await call.print(f"Deleted {int(table.delete(namespace, key))} rows")
        case ("list", _):
            for key, value in table.items(namespace):
                await call.print(f"{key}={value}")
        case _:
            await call.complain("Bad arguments")
            return 255
    return 0
