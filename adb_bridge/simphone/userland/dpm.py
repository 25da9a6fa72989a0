"""`dpm` (a program up to Android 11; DevicePolicyManagerServiceShellCommand from 12 on = `cmd device_policy`).

There is no verb that locks or erases. `list-owners` exists from 12 on.
"""

import asyncio
from typing import Final

from ..faults import Right
from ..owner import spelled_out
from ..traits import OwnerRefusal
from .call import Call
from .java import throw

_FIRST_AS_SERVICE: Final = 31
_STATE: Final = "java.lang.IllegalStateException"
_NOT_ALLOWED: Final = "Not allowed to set the device owner because there are already"


async def dpm(call: Call) -> int:
    """Exit 0, 1 (unknown verb) or 255 (exception)."""
    await asyncio.sleep(call.handset.spec.latencies.other_s)
    return await device_policy_command(call, call.arguments)


async def device_policy_command(call: Call, words: tuple[str, ...]) -> int:
    """The service's part."""
    rest = [word for word in words[1:] if not word.startswith("--")]
    if "--user" in words and rest and rest[0].isdigit():
        rest.pop(0)
    match words[:1]:
        case ("list-owners",) if call.handset.spec.sdk >= _FIRST_AS_SERVICE:
            return await _list_owners(call)
        case ("set-device-owner",) if rest:
            return await _set_owner(call, rest[0])
        case ("remove-active-admin",) if rest:
            return await _remove(call, rest[0])
        case _:
            await call.print(
                "usage: dpm [subcommand] [options]\nusage: dpm set-device-owner [ --user <USER_ID> | current ]"
            )
            if words:
                await call.complain(f"Error: unknown command '{words[0]}'")
            return 1


async def _list_owners(call: Call) -> int:
    component = call.handset.owner.component
    if component is None:
        await call.print("no owners")
    else:
        await call.print(f"1 owner:\nUser  0: admin={component},DeviceOwner,Affiliated")
    return 0


async def _set_owner(call: Call, component: str) -> int:
    handset = call.handset
    verb, package = "set-device-owner", component.partition("/")[0]
    if handset.faults.is_denied(Right.DEVICE_ADMIN):
        right = "MANAGE_DEVICE_ADMINS"
        why = f"Neither user 2000 nor current process has android.permission.{right}."
        return await throw(call, verb, "java.lang.SecurityException", why)
    if not handset.packages.is_installed(package):
        why = f"Unknown admin: ComponentInfo{{{spelled_out(component)}}}"
        return await throw(call, verb, "java.lang.IllegalArgumentException", why)
    match handset.traits.owner_refusal:
        case OwnerRefusal.PRECONDITION:
            return await throw(call, verb, _STATE, "Unexpected @ProvisioningPreCondition 99")
        case OwnerRefusal.KNOX:
            return await throw(call, verb, _STATE, "Not allowed to set the device owner: KnoxGuard is active")
        case OwnerRefusal.NONE:
            pass
    if handset.owner.component is not None:
        why = "Trying to set the device owner, but device owner is already set."
        return await throw(call, verb, _STATE, why)
    if len(handset.packages.users) > 1:
        return await throw(call, verb, _STATE, f"{_NOT_ALLOWED} several users on the device.")
    is_test_only = package in handset.spec.test_only
    if handset.spec.accounts and not is_test_only:
        return await throw(call, verb, _STATE, f"{_NOT_ALLOWED} some accounts on the device.")

    def own() -> None:
        handset.owner.component, handset.owner.is_test_only = component, is_test_only
        handset.packages.admins.add(package)

    call.do(own)
    full = spelled_out(component)
    if handset.spec.sdk >= _FIRST_AS_SERVICE:
        await call.print(f"Success: Device owner set to package {component}\nActive admin set to component {component}")
    else:
        await call.print(
            f"Success: Device owner set to package ComponentInfo{{{full}}}\nActive admin set to component {{{full}}}"
        )
    return 0


async def _remove(call: Call, component: str) -> int:
    handset = call.handset
    if handset.owner.component is None or spelled_out(component) != handset.owner.full_component:
        why = f"Attempt to remove non-existing admin ComponentInfo{{{spelled_out(component)}}} 0"
        return await throw(call, "remove-active-admin", "java.lang.SecurityException", why)
    if not handset.owner.is_test_only:
        why = f"Attempt to remove non-test admin ComponentInfo{{{spelled_out(component)}}} 0"
        return await throw(call, "remove-active-admin", "java.lang.SecurityException", why)

    def disown() -> None:
        handset.packages.admins.discard(handset.owner.package or "")
        handset.owner.component = None

    call.do(disown)
    await call.print(f"Success: Admin removed {component}")
    return 0
