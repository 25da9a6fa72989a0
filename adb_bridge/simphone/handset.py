"""The phone without its cable: everything the userland reads and changes."""

import random
import uuid
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from adb_bridge.clock import Clock

from .apps import APPS
from .audio import Audio, Stream
from .event_log import EventLog
from .faults import Cable, Faults, Right
from .file_entries import SharedStorage
from .files import Files
from .foreground import Foreground
from .media import MediaIndex
from .messengers import Messengers
from .notifications import Notifications
from .owner import DeviceOwner
from .packages import Packages
from .power import Battery, Power, Wakefulness
from .properties import properties_of
from .providers.vendor_columns import add_vendor_columns
from .recording_names import Pending
from .recordings import Recordings
from .settings import Settings
from .spec import Lockdown, PhoneSpec, Storage
from .store import PhoneStore
from .switches import Switches
from .telephony import Calls
from .traits import FileSignals

SYSTEM_SERVER_PID = 1508
BOOT_ID = "/proc/sys/kernel/random/boot_id"
"""A UUID that the kernel draws at each boot; shell may read it."""

HOME_BSSID: Final = "02:00:5e:10:00:01"
FIRST_UNLINKED: Final = 34
"""From this API level on notifications have a volume of their own."""

_HARNESS_SETTINGS: Final = {
    "adb_allowed_connection_time": "0",
    "package_verifier_include_adb": "0",
    "stay_on_while_plugged_in": "7",
    "ota_disable_automatic_update": "1",
}


class Handset:
    """One phone's parts. Reads are free; changes are made by the userland, the store and the live script."""

    def __init__(self, spec: PhoneSpec, clock: Clock, cable: Cable) -> None:
        self.spec = spec
        self.clock = clock
        self.cable = cable
        self.zone = ZoneInfo(spec.timezone)
        self.clock_offset_ms = spec.clock_offset_ms
        """Phone clock minus true time."""
        self.random = random.Random(f"{spec.seed}/{spec.serial}")  # noqa: S311 (scenery, not secrets)
        self.apps = APPS[spec.brand]
        self.events = EventLog()
        self.traits = spec.software
        self.switches = Switches(self.traits.switches)
        for switch, state in spec.switches.items():
            self.switches.set(switch, state)
        self.faults = Faults(cable, lambda: self.traits.denied | self.switches.denied(), spec.command_faults)
        self.properties = properties_of(spec)
        self.settings = Settings(android_id=f"{self.random.getrandbits(64):016x}", device_name=spec.model)
        self.battery = Battery(level=spec.battery_pct)
        self.files = Files(now=self.now, shared=self._shared_storage)
        self.files.are_apps_silent = self.traits.file_signals is FileSignals.SILENT
        self.media = MediaIndex(now=self.now)
        self.recordings = Recordings(
            self.files,
            self.media,
            now=self.now,
            pending=lambda: self.traits.recordings.pending if self.traits.recordings else Pending.PLAIN,
        )
        self.packages = Packages(
            self.apps, clones=spec.clones, installed=spec.installed, clone_user=self.apps.clone_user
        )
        if spec.device_owner is not None:
            self.packages.install(spec.device_owner.partition("/")[0])
            self.packages.admins.add(spec.device_owner.partition("/")[0])
        self.bssid: str | None = HOME_BSSID
        """The access point, None without Wi-Fi."""
        self.owner = DeviceOwner(component=spec.device_owner)
        self.audio = Audio(monotonic=clock.monotonic, is_linked=spec.sdk < FIRST_UNLINKED)
        self.app_ops: dict[tuple[str, str], str] = {}
        """Mode by package and operation, where somebody set one."""
        self.doze_exempt: set[str] = set()
        self.notifications = Notifications(
            sdk=spec.sdk,
            has_ninth_field=self.traits.has_ninth_field,
            emit=self.emit,
            is_heard=lambda: self.audio.is_heard(Stream.NOTIFICATION),
        )
        self.messengers = Messengers(self.notifications, now=self.now)
        self.foreground = Foreground(launcher=self.apps.launcher, sdk=spec.sdk, linger_s=spec.linger_s, emit=self.emit)
        self.power = Power(
            pin=spec.pin,
            wakefulness=Wakefulness.AWAKE if spec.is_awake else Wakefulness.ASLEEP,
            is_locked=spec.is_locked,
            emit=self.emit,
            monotonic=clock.monotonic,
        )
        self.store = PhoneStore(
            sdk=spec.sdk, now=self.now, apps=self.apps, foreground=self.foreground, notifications=self.notifications
        )
        self.calls = Calls(
            slots=self.traits.sim_slots,
            dialer=self.apps.dialer,
            store=self.store,
            foreground=self.foreground,
            recordings=self.recordings,
            rules=self.traits.recordings,
            now=self.now,
            localise=lambda at: at.astimezone(self.zone),
        )
        self._booted_at = clock.monotonic() - 3 * 86_400 - self.random.randrange(86_400)
        self._boots = 0
        self.is_booted = True
        """Services are there."""
        self._draw_boot_id()
        add_vendor_columns(self.store, self.traits)
        if spec.storage is Storage.CLOSED:
            self.power.restart()
            self.note_storage()

    def now(self) -> datetime:
        """The phone's wall clock, aware, UTC."""
        return self.clock.now() + timedelta(milliseconds=self.clock_offset_ms)

    def set_timezone(self, name: str) -> None:
        """The phone is in another zone from now on. Raise `KeyError` (`ZoneInfoNotFoundError`) for an unknown one."""
        self.zone = ZoneInfo(name)
        self.properties["persist.sys.timezone"] = name

    def jump_clock(self, by_ms: int) -> None:
        """Somebody sets the clock, or the network does: it goes `by_ms` forward (negative: back) at once."""
        self.clock_offset_ms += by_ms

    def local_time(self) -> datetime:
        """The phone's wall clock in its time zone."""
        return self.now().astimezone(self.zone)

    def uptime_s(self) -> float:
        """Seconds since boot."""
        return self.clock.monotonic() - self._booted_at

    def emit(self, tag: str, message: str) -> None:
        """Write to the events log."""
        self.events.append(at=self.now(), pid=SYSTEM_SERVER_PID, tag=tag, message=message)

    def set_battery(self, level: int) -> None:
        """Set the level (0..100) and log it."""
        self.battery.level = max(0, min(100, level))
        self.emit("battery_level", f"[{self.battery.level},{self.battery.voltage},{self.battery.temperature}]")

    def set_charging(self, *, is_charging: bool) -> None:
        """Plug or unplug the charger."""
        self.battery.is_usb_powered = is_charging
        self.emit("battery_status", f"[{self.battery.status},2,1,{2 if is_charging else 0},Li-ion]")

    def note_storage(self) -> None:
        """Bring `sys.user.0.ce_available` in line with the keyguard."""
        self.properties["sys.user.0.ce_available"] = "true" if self.power.is_user_unlocked else "false"

    def lock_down(self, flags: int) -> None:
        """Only the credential opens the phone now; some cut the cable's data lines."""
        self.power.require_strong_auth(flags)
        if self.spec.lockdown is Lockdown.CUTS_USB:
            self.cable.unplug()

    def unlock(self) -> None:
        """The person at the phone enters the credential."""
        if self.power.strong_auth_flags and self.spec.lockdown is Lockdown.CUTS_USB:
            self.cable.plug()
        self.power.unlock()
        self.note_storage()

    def _shared_storage(self) -> SharedStorage:
        if not self.power.is_user_unlocked:
            return SharedStorage.LOCKED
        return SharedStorage.REFUSED if self.faults.is_denied(Right.FILES) else SharedStorage.OPEN

    def erase(self) -> None:
        """What test harness mode leaves: no messages, calls, contacts, files, apps, settings, lock; adb stays on."""
        self.store.erase()
        self.recordings.erase()
        self.packages.reset()
        self.owner.component = None
        self.app_ops.clear()
        self.doze_exempt.clear()
        self.audio.reset()
        self.notifications.clear()
        self.settings.reset(android_id=f"{self.random.getrandbits(64):016x}")
        for key, value in _HARNESS_SETTINGS.items():
            self.settings.put("global", key, value)
        self.power.set_credential(None)
        self.power.set_disabled(is_disabled=True)
        self.properties["persist.sys.test_harness"] = "1"

    def restart(self) -> None:
        """What a reboot does to the state."""
        self._booted_at = self.clock.monotonic()
        self._boots += 1
        self._draw_boot_id()
        self.foreground.cancel()
        self.foreground.current = self.apps.launcher
        self.events.clear()
        self.notifications.clear()
        self.audio.stop_planned()
        self.battery.is_usb_powered = False
        self.power.restart()
        self.note_storage()
        self.calls.drop()

    def begin_boot(self) -> None:
        """The phone goes down and comes up; adb may be there before services are."""
        self.restart()
        self.is_booted = False
        self.properties.pop("sys.boot_completed", None)

    def complete_boot(self) -> None:
        """The system is up: services answer."""
        self.is_booted = True
        if self.properties:
            self.properties["sys.boot_completed"] = "1"

    def _draw_boot_id(self) -> None:
        drawn = random.Random(f"boot/{self._boots}/{self.spec.seed}/{self.spec.serial}").getrandbits(128)  # noqa: S311
        self.files.write(BOOT_ID, f"{uuid.UUID(int=drawn, version=4)}\n".encode(), mode=0o100444)
