"""`appops` = `cmd appops` (AppOpsService): set, get, reset."""

import asyncio
from typing import Final

from .call import Call

_MODES: Final = ("allow", "ignore", "deny", "default", "foreground")
_OPS: Final = (
    "CALL_PHONE", "GET_USAGE_STATS", "POST_NOTIFICATION", "READ_CALL_LOG", "READ_CONTACTS", "READ_SMS",
    "REQUEST_IGNORE_BATTERY_OPTIMIZATIONS", "RUN_ANY_IN_BACKGROUND", "RUN_IN_BACKGROUND", "START_FOREGROUND",
    "SYSTEM_ALERT_WINDOW", "WAKE_LOCK", "WRITE_SETTINGS",
)  # fmt: skip


async def appops(call: Call) -> int:
    """Exit 255 for unknown packages, operations and modes."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    return await app_ops_command(call, call.arguments)


async def app_ops_command(call: Call, words: tuple[str, ...]) -> int:
    """The service's part."""
    verb, rest = (words[0] if words else ""), [word for word in words[1:] if word != "--uid"]
    if rest[:1] == ["--user"]:
        del rest[:2]
    if verb not in ("get", "set", "reset"):
        await call.print("AppOps service (appops) commands:")
        return 255
    package = rest[0] if rest else ""
    if verb != "reset" and not call.handset.packages.is_installed(package):
        await call.complain(f"Error: No UID for {package} in user 0")
        return 255
    operation = rest[1].removeprefix("android:").upper() if len(rest) > 1 else None
    if operation is not None and operation not in _OPS:
        await call.complain(f"Error: Unknown operation string: {rest[1]}")
        return 255
    modes = call.handset.app_ops
    match verb:
        case "set" if operation is not None and len(rest) > 2:
            if rest[2] not in _MODES:
                await call.complain(f"Error: Mode {rest[2]} is not valid,")
                return 255
            call.do(lambda: modes.__setitem__((package, operation), rest[2]))
            return 0
        case "set":
            await call.complain("Error: Mode not specified")
            return 255
        case "reset":
            call.do(modes.clear)
            return 0
        case _:
            found = {
                op: mode for (name, op), mode in sorted(modes.items()) if name == package and operation in (None, op)
            }
            for op, mode in found.items():
                await call.print(f"{op}: {mode}")
            if not found:
                await call.print("No operations." + ("\nDefault mode: allow" if operation else ""))
            return 0
