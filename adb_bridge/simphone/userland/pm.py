"""`pm` = `cmd package`: list packages, path, suspend, unsuspend, disable-user, enable, clear."""

import asyncio

from ..faults import Right
from .call import Call


async def pm(call: Call) -> int:
    """Exit 1 for a package that is not installed."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    return await package_command(call, call.arguments)


async def package_command(call: Call, words: tuple[str, ...]) -> int:
    """The service's part."""
    rest = _without_user(words[1:])
    match words[:1]:
        case ("list",) if rest[:1] in (["packages"], ["package"]):
            return await _list(call, rest[1:])
        case ("path",) if rest:
            if call.handset.packages.uid(rest[0]) is None:
                return 1
            await call.print(f"package:/data/app/~~aGVsbG8=/{rest[0]}-1/base.apk")
            return 0
        case ("suspend" | "unsuspend" | "disable-user" | "enable" | "clear" as verb,) if rest:
            return await _change(call, verb, rest[-1])
        case _:
            await call.print("Package manager (package) commands:")
            return 0 if words[:1] in ((), ("help",)) else 255


async def _list(call: Call, words: list[str]) -> int:
    packages = call.handset.packages
    names = (
        packages.third_party()
        if "-3" in words
        else packages.system()
        if "-s" in words
        else sorted(packages.system() + packages.third_party())
    )
    if "-d" in words:
        names = [name for name in names if name in packages.disabled]
    wanted = [word for word in words if not word.startswith("-")]
    for name in names:
        if not wanted or wanted[0] in name:
            suffix = f" uid:{packages.uid(name)}" if "-U" in words else ""
            await call.print(f"package:{name}{suffix}")
    return 0


async def _change(call: Call, verb: str, name: str) -> int:
    packages = call.handset.packages
    if packages.uid(name) is None:
        await call.complain(f"Error: package {name} not found" if verb != "clear" else "Failed")
        return 1
    match verb:
        case "suspend" | "unsuspend":
            (packages.suspended.add if verb == "suspend" else packages.suspended.discard)(name)
            await call.print(f"Package {name} new suspended state: {'true' if verb == 'suspend' else 'false'}")
        case "disable-user" | "enable":
            (packages.disabled.add if verb == "disable-user" else packages.disabled.discard)(name)
            await call.print(f"Package {name} new state: {'disabled-user' if verb == 'disable-user' else 'enabled'}")
        case _:
            if call.handset.faults.is_denied(Right.CLEAR_DATA):
                await call.complain("java.lang.SecurityException: adb clearing user data is forbidden.")
                return 255
            await call.print("Success")
    return 0


def _without_user(words: tuple[str, ...]) -> list[str]:
    rest = list(words)
    while "--user" in rest:
        at = rest.index("--user")
        del rest[at : at + 2]
    return rest
