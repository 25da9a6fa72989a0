"""`pm` = `cmd package` (PackageManagerShellCommand, Android 9 to 15).

`suspend` of a package that the system needs is refused silently: `new suspended state: false`, exit 0. Several packages
in one call from Android 12 on; before, only the first counts.
"""

import asyncio
from functools import partial
from typing import Final

from ..faults import Right
from ..packages import CLONE_NAME, SHELL
from .call import Call
from .java import throw

_FIRST_WITH_SEVERAL: Final = 31
_STATES: Final = {"enable": "enabled", "disable": "disabled", "disable-user": "disabled-user"}


async def pm(call: Call) -> int:
    """Exit 0, 1 or 255."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    return await package_command(call, call.arguments)


async def package_command(call: Call, words: tuple[str, ...]) -> int:
    """The service's part."""
    user, rest = _user(words[1:])
    match words[:1]:
        case ("list",) if rest[:1] in (["packages"], ["package"]):
            return await _list(call, rest[1:], user)
        case ("list",) if rest[:1] == ["users"]:
            return await _list_users(call)
        case ("path",) if rest:
            if not call.handset.packages.is_installed(rest[0], user):
                return 1
            await call.print(f"package:/data/app/~~aGVsbG8=/{rest[0]}-1/base.apk")
            return 0
        case ("suspend" | "unsuspend" as verb,):
            return await _suspend(call, verb, rest, user)
        case ("enable" | "disable" | "disable-user" as verb,):
            return await _enable(call, verb, rest, user)
        case ("clear",) if rest:
            return await _clear(call, rest[-1], user)
        case ("hide" | "unhide" as verb,):
            missing = "Neither user 2000 nor current process has android.permission.MANAGE_USERS."
            return await throw(call, verb, "java.lang.SecurityException", missing)
        case () | ("help" | "-h",):
            await call.print("Package manager (package) commands:")
            return 0 if words else 255
        case _:
            await call.print(f"Unknown command: {words[0]}")
            return 255


async def _list(call: Call, words: list[str], user: int) -> int:
    packages = call.handset.packages
    names = packages.names(user)
    wanted = [word for word in words if not word.startswith("-")]
    for name in names:
        is_system = name in packages.system()
        if (
            ("-3" in words and is_system)
            or ("-s" in words and not is_system)
            or ("-d" in words and not packages.state(name, user).is_disabled)
            or ("-e" in words and packages.state(name, user).is_disabled)
            or (wanted and wanted[0] not in name)
        ):
            continue
        path = f"/data/app/~~aGVsbG8=/{name}-1/base.apk=" if "-f" in words else ""
        suffix = f" uid:{packages.uid(name)}" if "-U" in words else ""
        await call.print(f"package:{path}{name}{suffix}")
    return 0


async def _list_users(call: Call) -> int:
    await call.print(f"Users:\n\tUserInfo{{0:{call.handset.spec.owner}:c13}} running")
    for user in call.handset.packages.users[1:]:
        await call.print(f"\tUserInfo{{{user}:{CLONE_NAME}}} running")
    return 0


async def _suspend(call: Call, verb: str, names: list[str], user: int) -> int:
    packages = call.handset.packages
    if names and names[0].startswith("--"):
        await call.print(f"Error: Unknown option: {names[0]}")
        return 1
    if not names:
        await call.print("Error: package name not specified")
        return 1
    if call.handset.faults.is_denied(Right.SUSPEND):
        missing = "setPackagesSuspended: Neither user 2000 nor current process has android.permission.SUSPEND_APPS."
        return await throw(call, verb, "java.lang.SecurityException", missing)
    asked = names if call.handset.spec.sdk >= _FIRST_WITH_SEVERAL else names[:1]
    known = [name for name in asked if packages.is_installed(name, user)]
    change = packages.suspend if verb == "suspend" else packages.unsuspend
    for name in known:
        call.do(partial(change, name, user))
    for name in asked:
        if name not in known:
            await call.print(f"java.lang.IllegalArgumentException: Unknown target package: {name}")
            return 1
        state = bool(packages.state(name, user).suspended_by)
        if call.is_pretended:
            state = verb == "suspend" or bool(packages.state(name, user).suspended_by - {SHELL})
        await call.print(f"Package {name} new suspended state: {'true' if state else 'false'}")
    return 0


async def _enable(call: Call, verb: str, names: list[str], user: int) -> int:
    packages = call.handset.packages
    if not names:
        await call.complain("Error: no package or component specified")
        return 1
    name = names[0]
    if not packages.is_installed(name, user):
        return await throw(call, verb, "java.lang.IllegalArgumentException", f"Unknown package: {name}")
    if verb != "enable" and (name in packages.admins or name == "android"):
        return await throw(call, verb, "java.lang.SecurityException", f"Cannot disable a protected package: {name}")
    if verb == "disable":
        why = f"Shell cannot change component state for {name}/null to 2"
        return await throw(call, verb, "java.lang.SecurityException", why)
    call.do(lambda: setattr(packages.state(name, user), "is_disabled", verb == "disable-user"))
    await call.print(f"Package {name} new state: {_STATES[verb]}")
    return 0


async def _clear(call: Call, name: str, user: int) -> int:
    if call.handset.faults.is_denied(Right.CLEAR_DATA):
        await call.complain("java.lang.SecurityException: adb clearing user data is forbidden.")
        return 255
    if not call.handset.packages.is_installed(name, user) or name in call.handset.packages.admins:
        await call.print("Failed")
        return 1
    await call.print("Success")
    return 0


def _user(words: tuple[str, ...]) -> tuple[int, list[str]]:
    """The user asked for (0 for `all`, `cur` and none) and the rest."""
    user, rest = 0, list(words)
    while "--user" in rest:
        at = rest.index("--user")
        user = int(rest[at + 1]) if at + 1 < len(rest) and rest[at + 1].isdigit() else 0
        del rest[at : at + 2]
    return user, rest
