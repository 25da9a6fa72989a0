"""`getprop`: all properties as `[name]: [value]`, or one value."""

from .call import Call


async def getprop(call: Call) -> int:
    """`getprop [NAME [DEFAULT]]`."""
    properties = call.handset.properties
    if not call.arguments:
        for name, value in properties.items():
            await call.print(f"[{name}]: [{value}]")
        return 0
    default = call.arguments[1] if len(call.arguments) > 1 else ""
    await call.print(properties.get(call.arguments[0], default))
    return 0
