"""`locksettings` = `cmd lock_settings` (LockSettingsShellCommand of Android 11, 14, 15).

With a credential set every command but get-disabled (14+) wants `--old`; a wrong one counts as a failed attempt. The
PIN is echoed. `require-strong-auth` exists from Android 14 (API 34) on and wants no credential.
"""

import asyncio
from typing import Final

from ..power import CredentialResult
from .call import Call

_STRONG_AUTH: Final = {
    "STRONG_AUTH_REQUIRED_AFTER_USER_LOCKDOWN": 0x20,
    "STRONG_AUTH_REQUIRED_AFTER_BOOT": 0x1,
    "STRONG_AUTH_REQUIRED_AFTER_DPM_LOCK_NOW": 0x2,
    "STRONG_AUTH_REQUIRED_AFTER_LOCKOUT": 0x8,
    "STRONG_AUTH_REQUIRED_AFTER_TIMEOUT": 0x10,
}
_HELP: Final = """lockSettings service commands:

NOTE: when lock screen is set, all commands require the --old <CREDENTIAL> argument.

  help
    Prints this help text.

  get-disabled [--old <CREDENTIAL>] [--user USER_ID]
    Checks whether lock screen is disabled.

  set-disabled [--old <CREDENTIAL>] [--user USER_ID] <true|false>
    When true, disables lock screen.

  set-pattern [--old <CREDENTIAL>] [--user USER_ID] <PATTERN>
  set-pin [--old <CREDENTIAL>] [--user USER_ID] <PIN>
  set-password [--old <CREDENTIAL>] [--user USER_ID] <PASSWORD>
  clear [--old <CREDENTIAL>] [--user USER_ID]
  verify [--old <CREDENTIAL>] [--user USER_ID]"""
_KINDS: Final = {"set-pin": "Pin", "set-password": "Password", "set-pattern": "Pattern"}


async def locksettings(call: Call) -> int:
    """Exit 0, or 255 when refused."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    return await lock_settings_command(call, call.arguments)


async def lock_settings_command(call: Call, words: tuple[str, ...]) -> int:
    """The service's part, without the program's name."""
    verb = words[0] if words else "help"
    old, rest = _options(words[1:])
    if verb == "help":
        await call.print(_HELP)
        return 0
    is_new = call.handset.spec.sdk >= 34
    if verb == "require-strong-auth" and is_new:
        flags = _STRONG_AUTH.get(rest[0] if rest else "")
        if flags is None:
            await call.complain(f"Unsupported reason for strong auth: {rest[0] if rest else ''}")
            return 255
        call.handset.power.require_strong_auth(flags)
        await call.print(f"Strong auth required for user 0 because {rest[0]}")
        return 0
    if verb == "get-disabled" and is_new:
        return await _get_disabled(call)
    if not await _is_allowed(call, old):
        return 255
    return await _run(call, verb, rest)


async def _run(call: Call, verb: str, rest: tuple[str, ...]) -> int:
    power = call.handset.power
    match verb:
        case "get-disabled":
            return await _get_disabled(call)
        case "set-disabled":
            power.is_lock_disabled = rest[:1] == ("true",)
            await call.print(f"Lock screen disabled set to {'true' if power.is_lock_disabled else 'false'}")
        case "set-pin" | "set-password" | "set-pattern":
            credential = rest[0] if rest else ""
            if len(credential) < 4 or (verb == "set-pin" and not credential.isdigit()):
                await call.complain("New credential doesn't satisfy admin policies: too short")
                return 255
            power.set_credential(credential, _KINDS[verb])
            await call.print(f"{_KINDS[verb]} set to '{credential}'")
        case "clear":
            power.set_credential(None)
            await call.print("Lock credential cleared")
        case "verify":
            await call.print("Lock credential verified successfully")
        case _:
            await call.complain(f"Unknown command: {verb}")
    return 0


async def _get_disabled(call: Call) -> int:
    await call.print("true" if call.handset.power.is_lock_disabled else "false")
    return 0


async def _is_allowed(call: Call, old: str) -> bool:
    match call.handset.power.check(old):
        case CredentialResult.OK:
            return True
        case CredentialResult.NOT_SET:
            await call.print("Old password provided but user has no password")
        case CredentialResult.THROTTLED:
            await call.print("Request throttled")
        case CredentialResult.MISMATCH:
            await call.print(f"Old password '{old}' didn't match")
    return False


def _options(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    old, rest = "", list(words)
    while len(rest) >= 2 and rest[0] in ("--old", "--user"):
        if rest[0] == "--old":
            old = rest[1]
        del rest[:2]
    return old, tuple(rest)
