"""`wm`, `svc`, `reboot`, `setprop`."""

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


async def svc(call: Call) -> int:
    """`svc power stayon …`, `svc power reboot`, `svc wifi …`: accepted."""
    if call.arguments[:2] == ("power", "reboot"):
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
