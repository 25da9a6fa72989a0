"""A simulated phone without a cable, on a clock that stands still."""

from datetime import UTC, datetime, timedelta

from adb_bridge.simphone.audio import RANGES
from adb_bridge.simphone.faults import Cable
from adb_bridge.simphone.handset import Handset
from adb_bridge.simphone.pipes import Buffer, NoInput
from adb_bridge.simphone.settings import NAMESPACES
from adb_bridge.simphone.spec import PhoneSpec
from adb_bridge.simphone.userland.interpreter import LineInput, Streams, run_script
from adb_bridge.simphone.userland.programs import programs_of


class SteppedClock:
    """Stands still between steps."""

    def __init__(self) -> None:
        self._gone_s = 0.0

    def now(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=self._gone_s)

    def monotonic(self) -> float:
        return 1_000.0 + self._gone_s

    def step(self, seconds: float) -> None:
        self._gone_s += seconds


class Bench:
    """A phone; `cable` notes what was done to its cable."""

    def __init__(self, spec: PhoneSpec) -> None:
        self.clock = SteppedClock()
        self.cable: list[str] = []
        done = self.cable.append
        self.handset = Handset(
            spec,
            self.clock,
            Cable(
                cut=lambda: done("cut"),
                unplug=lambda: done("unplug"),
                plug=lambda: done("plug"),
                unauthorize=lambda: done("unauthorize"),
                reboot=lambda: done("reboot"),
                power_off=lambda: done("power_off"),
                wipe=lambda: done("wipe"),
                settle=self._settle,
            ),
        )

    async def said(self, text: str) -> tuple[int, str, str]:
        """Exit code, stdout, stderr."""
        out, err = Buffer(limit=1_000_000), Buffer(limit=1_000_000)
        streams = Streams(LineInput(NoInput()), out, err)
        code = await run_script(text, streams, self.handset, programs_of(self.handset.traits))
        return code, out.value().decode("utf-8", "replace"), err.value().decode("utf-8", "replace")

    def state(self) -> tuple[object, ...]:
        """Everything an order may change, for comparing."""
        handset = self.handset
        power = handset.power
        return (
            (power.wakefulness, power.is_keyguard_showing, power.has_credential, power.strong_auth_flags),
            (power.is_lock_disabled, power.credential_kind),
            (handset.packages.suspended, handset.packages.disabled),
            [(name, handset.settings.items(name)) for name in NAMESPACES],
            handset.notifications.list(),
            (handset.audio.zen, handset.audio.ringer, [handset.audio.volume(one) for one in RANGES]),
            len(handset.audio.playing),
            (dict(handset.app_ops), frozenset(handset.doze_exempt), handset.owner.component),
            (handset.calls.lines, handset.foreground.current.package, tuple(self.cable), dict(handset.properties)),
        )

    async def _settle(self) -> None:
        pass
