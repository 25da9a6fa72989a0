"""From a call that the phone's dialer records to its pair in the archive and the bytes an authorised person opens."""

from pathlib import Path

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.profiles import spec_of
from daemon.api.wire import Event, EventKind, EventQuery
from daemon.service_impl import DaemonService

from .daemon_support import REVIEWER, enrolled, quick_config, running, until

SERIAL = "SIMREC9"
NUMBER = "13800000017"


async def test_a_recorded_call_is_paired_and_can_be_opened(tmp_path: Path) -> None:
    one = SimPhone(spec_of("hyperos", serial=SERIAL), SystemClock())
    await one.start()
    async with running(tmp_path, quick_config(one)) as service:
        await enrolled(service, SERIAL, scope=("call_log", "recordings"))
        one.calls.ring(NUMBER, duration_s=8)
        one.calls.answer()
        one.calls.hang_up()
        found: list[Event] = []

        async def is_paired() -> bool:
            found[:] = await service.events(REVIEWER, EventQuery(kind=EventKind.RECORDING))
            return any(event.paired_with is not None for event in found)

        await until(is_paired, timeout_s=25)
        await _matches(service, one, found[0])
    await one.stop()


async def _matches(service: DaemonService, one: SimPhone, event: Event) -> None:
    (call,) = await service.events(REVIEWER, EventQuery(event_ids=(event.paired_with or "",)))
    assert (call.kind, call.source, call.paired_with) == (EventKind.CALL, "call_log", event.event_id)
    opened = await service.attachment(REVIEWER, event.event_id, 1, "客户投诉")
    content = b"".join([chunk async for chunk in opened.chunks])
    (stored,) = one.recordings.truth()
    assert content == stored.content.read(0, stored.content.size)
