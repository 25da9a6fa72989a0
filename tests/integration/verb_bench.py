"""Simulated phones whose shell is reached without a cable: for tables with thousands of rows.

The programs, their faults and the phone's state are the simulated phone's own; only adb is left out, which
`test_verbs_over_adb.py` puts back.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from adb_bridge.clock import SystemClock
from adb_bridge.errors import BridgeErrorCode, DeviceUnavailableError
from adb_bridge.records import TransportSerial
from adb_bridge.secret import Secret
from adb_bridge.session import MIB, Session, ShellOutput
from adb_bridge.simphone.audio import Stream
from adb_bridge.simphone.faults import Cable
from adb_bridge.simphone.handset import Handset
from adb_bridge.simphone.pipes import Buffer, NoInput
from adb_bridge.simphone.spec import PhoneSpec
from adb_bridge.simphone.userland.shell import run_command
from adb_bridge.simphone.wire.services import Terminal
from adb_bridge.simphone.wire.streams import StreamClosedError
from adb_bridge.verbs.trail import Patience

CLOCK = SystemClock()
HASTE = Patience(look_s=0.05, act_s=0.05, settle_s=0.02, pause_s=0.005, at_most_s=1.0)
"""For phones that answer within a millisecond or never."""
WECHAT = "com.tencent.mm"


class DirectSession(Session):
    """A session whose phone is in this process."""

    def __init__(self, bench: "Bench") -> None:
        self.transport = TransportSerial("10.0.0.7:5555")
        self.polls = asyncio.Lock()
        self._bench = bench

    async def shell(self, command: str, *, timeout_s: float, max_bytes: int = MIB) -> ShellOutput:
        """As a phone on a cable: hangs end with a timeout, a pulled cable ends everything."""
        bench = self._bench
        if not bench.is_linked:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)
        out, err = Buffer(limit=max_bytes), Buffer(limit=MIB)
        terminal = Terminal(stdin=NoInput(), stdout=out, stderr=err, gone=asyncio.Event())
        try:
            async with asyncio.timeout(timeout_s):
                code = await run_command(bench.handset, command, terminal)
        except TimeoutError as error:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_TIMEOUT) from error
        except StreamClosedError as error:
            bench.is_linked = False
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE) from error
        if not bench.is_linked:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)
        return ShellOutput(stdout=out.value(), stderr=err.value(), exit_code=code)


@dataclass
class Bench:
    """One phone and what it did."""

    spec: PhoneSpec
    is_linked: bool = True
    restarts: int = 0
    was_heard: bool = False
    was_called: bool = False
    handset: Handset = field(init=False)
    session: DirectSession = field(init=False)

    def __post_init__(self) -> None:
        def reboot() -> None:
            self.restarts += 1
            self.is_linked = False
            self.handset.restart()
            self.handset.complete_boot()

        async def settle() -> None:
            pass

        cable = Cable(
            cut=_nothing, unplug=_nothing, plug=_nothing, unauthorize=_nothing, reboot=reboot, power_off=reboot,
            wipe=_nothing, settle=settle,
        )  # fmt: skip
        self.handset = Handset(self.spec, CLOCK, cable)
        self.session = DirectSession(self)
        self._listen()

    def close(self) -> None:
        self.handset.store.close()
        self.handset.media.close()

    def _listen(self) -> None:
        """Notes what a person in the room would hear, and calls that left."""
        audio, notifications, calls = self.handset.audio, self.handset.notifications, self.handset.calls
        play, post, dial = audio.play, notifications.post, calls.dial

        def heard_play(
            package: str, uid: int, stream: Stream, *, after_s: float = 0.0, lasts_s: float | None = None
        ) -> None:
            self.was_heard = self.was_heard or audio.is_heard(stream)
            # One second of a timer is too long for a table.
            play(package, uid, stream, after_s=min(after_s, 0.002), lasts_s=lasts_s)

        audio.play = heard_play  # type: ignore[method-assign]
        notifications.post = self._noting(post)  # type: ignore[method-assign]

        def dialled(number: str, *, slot: int = 0, duration_s: int | None = None) -> None:
            dial(number, slot=slot, duration_s=duration_s)
            self.was_called = True

        calls.dial = dialled  # type: ignore[method-assign]

    def _noting(self, post: Callable[..., None]) -> Callable[..., None]:
        def noted(*arguments: object, **named: object) -> None:
            self.was_heard = self.was_heard or self.handset.audio.is_heard(Stream.NOTIFICATION)
            post(*arguments, **named)

        return noted


PIN = "2580"
OLD, NEW = Secret(PIN), Secret("4711")


def _nothing() -> None:
    pass
