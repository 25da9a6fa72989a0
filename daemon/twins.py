"""Two phones with one serial number. Their records must never get into one archive.

Rules:
1. Connections that claim one serial and answer at the same time with marks of different phones are a double. Nothing is
   read from either; people are told.
2. Before that is said, the other connections are asked once more: a phone that was restarted leaves dead connections
   behind, with its old boot id.
3. It is over when the phone that was collected from before is the only one left, when the serial is enrolled anew with
   one phone connected, or, without an enrolment, as soon as one phone is left.
"""

from collections.abc import Awaitable, Callable

from adb_bridge.identity import Body, is_same_phone
from adb_bridge.records import AdbState, TransportSerial

from .live import LiveDevice

AskAgain = Callable[[TransportSerial], Awaitable[Body | None]]
"""The marks of the phone behind a connection now; None when nobody answers in time."""


async def look_for_double(
    live: LiveDevice, name: TransportSerial, body: Body, ask_again: AskAgain
) -> list[TransportSerial]:
    """A connection answered: mark the phone as doubled by rule 1. Returns connections that turned out to be dead."""
    dead: list[TransportSerial] = []
    for other, answered in list(live.answered.items()):
        if other == name or live.transports.get(other) is not AdbState.DEVICE or is_same_phone(answered.body, body):
            continue
        fresh = await ask_again(other)
        if fresh is None:
            dead.append(other)
        elif not is_same_phone(fresh, body):
            live.is_doubled = True
    return dead


def settle_double(live: LiveDevice, *, is_enrolled: bool) -> bool:
    """Rule 3 after connections went; True when the double is over."""
    if not live.is_doubled or is_crowded(live):
        return False
    left = _bodies(live)
    if is_enrolled and not (left and live.collected_body is not None and _is_recognised(left[0], live.collected_body)):
        return False
    live.is_doubled = False
    return True


def accept_as_new(live: LiveDevice) -> None:
    """Rule 3: enrolled anew. While two are connected nothing changes."""
    if not is_crowded(live):
        live.is_doubled = False
        live.collected_body = None


def is_crowded(live: LiveDevice) -> bool:
    """Two phones are connected now."""
    bodies = _bodies(live)
    return any(not is_same_phone(bodies[0], other) for other in bodies[1:])


def _bodies(live: LiveDevice) -> list[Body]:
    return [one.body for name, one in live.answered.items() if live.transports.get(name) is AdbState.DEVICE]


def _is_recognised(body: Body, before: Body) -> bool:
    """The same phone as before, over restarts: the boot id may have changed, the install mark may not."""
    if body.install_mark is not None and before.install_mark is not None:
        return body.install_mark == before.install_mark
    return body.boot_id is not None and body.boot_id == before.boot_id
