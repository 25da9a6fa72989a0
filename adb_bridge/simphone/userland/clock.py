"""`date` (toybox: `+FORMAT` with %s and %N) and `uptime`."""

import re
from typing import Final

from .call import Call

_NANO: Final = re.compile(r"%([1-9]?)N")


async def date(call: Call) -> int:
    """Setting the date is refused to shell."""
    words = [word for word in call.arguments if word != "-u"]
    at = call.handset.now() if "-u" in call.arguments else call.handset.local_time()
    if words and not words[0].startswith("+"):
        await call.complain("date: cannot set date: Operation not permitted")
        return 1
    form = words[0][1:] if words else "%a %b %e %H:%M:%S %Z %Y"
    nanos = f"{at.microsecond:06d}000"
    form = _NANO.sub(lambda match: nanos[: int(match.group(1) or 9)], form)
    form = form.replace("%s", str(int(at.timestamp())))
    await call.print(at.strftime(form) if form else "")
    return 0


async def uptime(call: Call) -> int:
    """As toybox prints it."""
    seconds = int(call.handset.uptime_s())
    days, hours, minutes = seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60
    up = f"{days} days, {hours:2d}:{minutes:02d}" if days else f"{hours:2d}:{minutes:02d}"
    await call.print(f" {call.handset.local_time():%H:%M:%S} up {up},  0 users,  load average: 1.21, 1.08, 0.96")
    return 0
