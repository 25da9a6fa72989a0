"""What a device owner does for shell: TestDPC's commands in `dumpsys activity service`, OwnDroid's broadcasts.

`am broadcast` never tells whether OwnDroid obeyed: it writes that to the log. TestDPC answers in one line.
"""

from typing import Final

from ..handset import Handset
from .call import Call
from .intents import Intent

TESTDPC: Final = "com.afwsamples.testdpc"
OWNDROID: Final = "com.bintianqi.owndroid"
_ACTION: Final = f"{OWNDROID}.action."
_FIRST_WITH_WIPE_DEVICE: Final = 34


def take_broadcast(call: Call, intent: Intent) -> None:
    """OwnDroid obeys who knows its key, as long as it owns the device."""
    handset = call.handset
    owner = handset.owner.package
    if owner != OWNDROID or intent.target != OWNDROID or not (intent.action or "").startswith(_ACTION):
        return
    key = handset.spec.owner_key
    if not key or intent.extras.get("key") != key:
        return
    app = intent.extras.get("package", "")
    packages = handset.packages
    match (intent.action or "").removeprefix(_ACTION):
        case "LOCK":
            call.do(handset.power.sleep)
        case "REBOOT":
            call.do(handset.cable.reboot)
        case "SUSPEND" if packages.is_installed(app):
            call.do(lambda: packages.suspend(app, 0, by="android"))
        case "UNSUSPEND" if packages.is_installed(app):
            call.do(lambda: packages.unsuspend(app, 0, by="android"))
        case _:
            pass


async def activity_service(call: Call, words: tuple[str, ...]) -> int:
    """`dumpsys activity [--user N] service NAME [ARGUMENT…]`; silent about other parts of `dumpsys activity`."""
    rest = list(words)
    if rest[:1] == ["--user"]:
        del rest[:2]
    if rest[:1] != ["service"] or len(rest) < 2:
        await call.print("ACTIVITY MANAGER SETTINGS (dumpsys activity settings) activity_manager_constants:")
        return 0
    package = rest[1].partition("/")[0]
    if package != TESTDPC or not call.handset.packages.is_installed(TESTDPC):
        await call.print(f"No services match: {rest[1]}\nUse -h for help.")
        return 0
    await call.print(f"SERVICE {TESTDPC}/.DeviceAdminService 5f1c2ab pid=4711 user=0\n  Client:")
    await call.print(f"    {_testdpc(call, rest[2:])}")
    return 0


def _testdpc(call: Call, words: list[str]) -> str:
    handset = call.handset
    is_owner = handset.owner.package == TESTDPC
    missing = "java.lang.SecurityException: No active admin owned by uid 10300"
    match words[:1]:
        case ["lock-now"]:
            if not is_owner:
                return f"Error locking device: {missing}"
            call.do(handset.power.sleep)
            return "Device locked"
        case ["reboot"]:
            if not is_owner:
                return f"Error rebooting device: {missing}"
            call.do(handset.cable.reboot)
            return "Device rebooted"
        case ["wipe-data"]:
            return _wipe(call, handset) if is_owner else f"Error wiping data: {missing}"
        case ["is-device-owner"]:
            return "true" if is_owner else "false"
        case _:
            return f"Invalid command: {' '.join(words)}" if words else 'Use "help" to list commands'


def _wipe(call: Call, handset: Handset) -> str:
    if handset.spec.sdk >= _FIRST_WITH_WIPE_DEVICE:
        why = "java.lang.SecurityException: User 0 is a system user and cannot be removed"
        return f"Error wiping data: {why}"
    call.do(handset.cable.power_off)
    return "Data wiped"
