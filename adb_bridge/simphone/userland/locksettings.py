"""`locksettings` = `cmd lock_settings` (LockSettingsShellCommand of Android 10, 11, 15 and of Samsung's 14).

With a credential set most verbs want `--old`; a wrong one counts as a failed attempt, at the fifth the service pauses
(Power.check). The PIN is echoed. Answers go to stdout, refusals too; only exceptions go to stderr. Refused: 255.
`require-strong-auth` exists from Android 14 (API 34) on, says -1 for all users, and exits with 0 for unknown reasons.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from ..power import CredentialResult
from .call import Call
from .lock_help import HELP, HELP_14

FIRST_WITH_STRONG_AUTH: Final = 34
_FIRST_WITH_POLICIES: Final = 30
_MIN_CHARS, _MAX_CHARS = 4, 16
_LOCKDOWN: Final = "STRONG_AUTH_REQUIRED_AFTER_USER_LOCKDOWN"
_LOCKDOWN_FLAG: Final = 0x20
_KINDS: Final = {"set-pin": "Pin", "set-password": "Password", "set-pattern": "Pattern"}
_VERBS: Final = (*_KINDS, "clear", "verify")
_REFUSED: Final = 255


class _JavaError(Exception):
    """An exception inside the service; the message is the first line of its trace."""


@dataclass(frozen=True, slots=True)
class _Words:
    old: str
    user: int
    new: str | None


async def locksettings(call: Call) -> int:
    """Exit 0, or 255 when refused."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    return await lock_settings_command(call, call.arguments)


async def lock_settings_command(call: Call, words: tuple[str, ...]) -> int:
    """The service's part, without the program's name."""
    is_new = call.handset.spec.sdk >= FIRST_WITH_STRONG_AUTH
    verb = words[0] if words else "help"
    try:
        given = await _parse(call, words[1:])
        if verb == "help":
            await call.print(HELP_14 if is_new else HELP)
            return 0
        if is_new and verb in ("require-strong-auth", "get-disabled", "set-disabled"):
            return await _without_credential(call, verb, given)
        if not await _is_allowed(call, given):
            return _REFUSED
        return await _run(call, verb, given)
    except _JavaError as error:
        await call.complain(f"Error while executing command: {verb}\n{error}")
        await call.complain("\tat com.android.server.locksettings.LockSettingsShellCommand.onCommand")
        return _REFUSED


async def _parse(call: Call, words: tuple[str, ...]) -> _Words:
    old, user, rest = "", 0, list(words)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option not in ("--old", "--user"):
            await call.complain(f"Unknown option: {option}")
            raise _JavaError("java.lang.IllegalArgumentException")
        if not rest:
            raise _JavaError(f'java.lang.IllegalArgumentException: Argument expected after "{option}"')
        value = rest.pop(0)
        if option == "--old":
            old = value
        elif value.isdigit():
            user = int(value)
        elif value not in ("cur", "current"):
            raise _JavaError(f"java.lang.IllegalArgumentException: Bad user number: {value}")
    return _Words(old, user, rest[0] if rest else None)


async def _without_credential(call: Call, verb: str, given: _Words) -> int:
    """From Android 14 on these ask for no credential."""
    match verb:
        case "require-strong-auth":
            if given.new is None:
                raise _JavaError("java.lang.NullPointerException: Attempt to invoke virtual method on a null object")
            if given.new != _LOCKDOWN:
                await call.complain(f"Unsupported reason: {given.new}")
                return 0
            call.do(lambda: call.handset.lock_down(_LOCKDOWN_FLAG))
            await call.print(f"Require strong auth for USER_ID -1 because of {given.new}")
            return 0
        case _:
            return await _run(call, verb, given)


async def _run(call: Call, verb: str, given: _Words) -> int:
    power = call.handset.power
    match verb:
        case "get-disabled":
            await call.print("true" if power.is_lock_disabled and not power.has_credential else "false")
        case "set-disabled":
            is_disabled = (given.new or "").lower() == "true"
            call.do(lambda: power.set_disabled(is_disabled=is_disabled))
            await call.print(f"Lock screen disabled set to {'true' if is_disabled else 'false'}")
        case "set-pin" | "set-password" | "set-pattern":
            return await _set(call, verb, given.new)
        case "clear":
            if call.handset.spec.admin_pin_chars > 0:
                await call.print("New credential doesn't satisfy admin policies: Weak credential type")
                return _REFUSED
            call.do(lambda: power.set_credential(None))
            await call.print("Lock credential cleared")
        case "verify":
            await call.print("Lock credential verified successfully")
        case "sp" if call.handset.spec.sdk < FIRST_WITH_STRONG_AUTH:
            await call.print("SP Enabled = true")
        case "remove-cache":
            await call.print(f"Password cached removed for user {given.user}")
        case _:
            await call.complain(f"Unknown command: {verb}")
    return 0


async def _set(call: Call, verb: str, new: str | None) -> int:
    if new is None:
        raise _JavaError("java.lang.NullPointerException: Attempt to get length of null array")
    problem = _problem(verb, new, max(_MIN_CHARS, call.handset.spec.admin_pin_chars))
    if problem is not None:
        if call.handset.spec.sdk < _FIRST_WITH_POLICIES:
            raise _JavaError(
                f"java.lang.IllegalArgumentException: password must not be null and at least of length {_MIN_CHARS}"
            )
        await call.print(f"New credential doesn't satisfy admin policies: {problem}")
        return _REFUSED
    call.do(lambda: call.handset.power.set_credential(new, _KINDS[verb]))
    await call.print(f"{_KINDS[verb]} set to '{new}'")
    return 0


def _problem(verb: str, new: str, least: int) -> str | None:
    """As `PasswordValidationError.toString` words it."""
    if len(new) < least:
        return f"Too short; required: {least}"
    if verb != "set-pattern" and len(new) > _MAX_CHARS:
        return f"Too long; required: {_MAX_CHARS}"
    if verb == "set-pin" and not (new.isascii() and new.isdigit()):
        return "Contains an invalid character"
    return None


async def _is_allowed(call: Call, given: _Words) -> bool:
    handset = call.handset
    if given.user != 0:
        if given.user not in handset.packages.users:
            raise _JavaError(f"java.lang.SecurityException: User {given.user} does not exist")
        await call.print("Profile uses unified challenge")
        return False
    if handset.power.has_credential and not given.old:
        if handset.spec.sdk >= FIRST_WITH_STRONG_AUTH:
            await call.print("User has a lock credential, but old credential was not provided")
            return False
        raise _JavaError("java.lang.IllegalArgumentException: Credential can't be null or empty")
    match handset.power.check(given.old):
        case CredentialResult.OK:
            handset.note_storage()
            return True
        case CredentialResult.NOT_SET:
            await call.print("Old password provided but user has no password")
        case CredentialResult.THROTTLED:
            await call.print("Request throttled")
        case CredentialResult.MISMATCH:
            await call.print(f"Old password '{given.old}' didn't match")
    return False
