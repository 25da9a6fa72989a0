"""`wm`, `svc`, `reboot`, `setprop`."""

from typing import Final

from .call import Call


async def wm(call: Call) -> int:
    """`wm size`, `wm density`, `wm dismiss-keyguard` (which opens only a keyguard without a credential)."""
    match call.arguments[:1]:
        case ("size",):
            await call.print("Physical size: 1080x2400")
        case ("density",):
            await call.print("Physical density: 420")
        case ("dismiss-keyguard",):
            if not call.handset.power.has_credential:
                call.do(call.handset.power.unlock)
        case _:
            await call.complain("Unknown command")
            return 255
    return 0


STAY_ON: Final = {"false": 0, "ac": 1, "usb": 2, "wireless": 4, "dock": 8}
_STAY_ON_SETTING: Final = "stay_on_while_plugged_in"
_FIRST_WITH_DOCKS: Final = 33


async def power_command(call: Call, words: tuple[str, ...]) -> int:
    """`cmd power set-mode 0|1` (battery saver), `stayon` as `svc power stayon` (Android 12 on)."""
    match words:
        case ("set-mode", "0" | "1" as mode, *_):
            call.do(lambda: call.handset.settings.put("global", "low_power", mode))
            return 0
        case ("stayon", *rest):
            return await _stay_on(call, rest)
        case _:
            await call.print("Power manager (power) commands:")
            return 255


async def _stay_on(call: Call, words: list[str]) -> int:
    """Anything but `false` wakes the screen too."""
    all_of_them = 15 if call.handset.spec.sdk >= _FIRST_WITH_DOCKS else 7
    known = {name: bit for name, bit in STAY_ON.items() if bit <= all_of_them} | {"true": all_of_them}
    wanted = known.get(words[0]) if words else None
    if wanted is None:
        await call.complain("Usage: svc power stayon [true|false|usb|ac|wireless]")
        return 0

    def change() -> None:
        call.handset.settings.put("global", _STAY_ON_SETTING, str(wanted))
        if wanted:
            call.handset.power.wake()

    call.do(change)
    return 0


async def svc(call: Call) -> int:
    """`svc power stayon …`, `svc power reboot|shutdown`, `svc wifi|data enable|disable`; the rest is taken."""
    if call.arguments[:2] == ("power", "stayon"):
        return await _stay_on(call, list(call.arguments[2:]))
    if call.arguments in (("wifi", "enable"), ("wifi", "disable")):
        state = "1" if call.arguments[1] == "enable" else "0"
        call.do(lambda: call.handset.settings.put("global", "wifi_on", state))
    elif call.arguments[:2] == ("power", "reboot"):
        call.do(call.handset.cable.reboot)
    elif call.arguments[:2] == ("power", "shutdown"):
        call.do(call.handset.cable.power_off)
    elif not call.arguments or call.arguments[0] not in ("power", "wifi", "data", "usb", "nfc", "bluetooth"):
        await call.complain("Available commands:")
        return 255
    return 0


async def reboot(call: Call) -> int:
    """`reboot [-p] [TARGET]`: the connection drops, nothing is printed. Only Android comes back by itself."""
    cable = call.handset.cable
    call.do(cable.power_off if call.arguments else cable.reboot)
    return 0


async def setprop(call: Call) -> int:
    """Shell may set only `debug.*`, `log.*` and `persist.log.*`."""
    if len(call.arguments) != 2:
        await call.complain("setprop: Need 2 arguments")
        return 1
    name, value = call.arguments
    if not name.startswith(("debug.", "log.", "persist.log.")):
        await call.complain(f"setprop: failed to set property '{name}' to '{value}'")
        return 1
    call.do(lambda: call.handset.properties.__setitem__(name, value))
    return 0
