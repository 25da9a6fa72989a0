"""Wireless debugging as people live with it: it asks, it pairs, it changes its port and it switches itself off.

Source: `AdbDebuggingManager`, `AdbService` (Android 11+; the drop-offs in 11 and One UI 7), adbd `daemon/adb_wifi.cpp`.
"""

import hashlib
import random
import string
from enum import StrEnum
from typing import Final

from .adb_qr import parse_adb_qr
from .doors import Door, Doors
from .faults import Right
from .handset import HOME_BSSID, Handset
from .mdns import Advert, Announcer, MdnsService
from .spec import Security
from .wire.auth import HostKey
from .wire.pairing import PairingServer

SETTING: Final = "adb_wifi_enabled"
"""In `settings` `global`."""

WIFI_SETTING: Final = "wifi_on"
"""In `settings` `global`; `svc wifi` switches it."""

TLS_PORT_PROPERTY: Final = "service.adb.tls.port"
TLS_ENABLED_PROPERTY: Final = "persist.adb.tls_server.enable"
TCP_PORT_PROPERTY: Final = "service.adb.tcp.port"
FIRST_SDK: Final = 30
_GUID_LETTERS: Final = string.ascii_letters + string.digits


class NetworkAnswer(StrEnum):
    """What the person says to "Allow wireless debugging on this network?"."""

    ALWAYS = "always"
    """Allow, and always allow on this network."""
    ONCE = "once"
    NO = "no"


class WifiAtBoot(StrEnum):
    """Whether Wi-Fi is up when adb starts after a reboot."""

    LATE = "late"
    """Wireless debugging is switched off: what phones mostly do."""
    READY = "ready"
    """It comes back, with another port."""


class Wireless:
    """Wireless debugging of one phone, off at first. Changes take effect at once; everything runs on one event loop."""

    def __init__(self, handset: Handset, doors: Doors) -> None:
        """`guid` follows from the seed and the serial number."""
        spec = handset.spec
        chance = random.Random(f"{spec.seed}/{spec.serial}/guid")  # noqa: S311 (a name, not a secret)
        self.guid = f"adb-{spec.serial}-{''.join(chance.choices(_GUID_LETTERS, k=6))}"
        """The instance name on the network, told to hosts that pair."""
        self.host = "127.0.0.1"
        """The phone's IPv4 address."""
        self.trusted_networks: set[str] = set()
        """Access points where the person ticked "always allow"."""
        self.prompt: str | None = None
        """The access point the screen asks about."""
        self.wifi_at_boot = WifiAtBoot.LATE
        self.pairing: PairingServer | None = None
        """The pairing dialog that was opened last."""
        self._handset = handset
        self._doors = doors
        self._tls: Door | None = None
        self._tcp: Door | None = None
        self._last_port = 0
        self._announcer: Announcer | None = None
        self._adverts: dict[MdnsService, Advert] = {}
        if spec.sdk >= FIRST_SDK:
            handset.settings.put("global", SETTING, "0")
        handset.settings.watch(self._follow_setting)

    @property
    def bssid(self) -> str | None:
        """The access point, None without Wi-Fi."""
        return self._handset.bssid

    @bssid.setter
    def bssid(self, bssid: str | None) -> None:
        self._handset.bssid = bssid

    # --- the switch --------------------------------------------------------------------------------------------------

    @property
    def is_on(self) -> bool:
        """Hosts can connect by TLS."""
        return self._tls is not None

    @property
    def address(self) -> str:
        """`IP:PORT` for `adb connect`. Raise `RuntimeError` when off."""
        if self._tls is None:
            raise RuntimeError("wireless debugging is off")
        return self._tls.address

    def switch_on(self) -> str:
        """The person switches it on and always allows this network; return `address`.

        Raise `RuntimeError` without Wi-Fi, below Android 11 and where the vendor forbids it; `OSError`.
        """
        if self.bssid is not None:
            self.trusted_networks.add(self.bssid)
        self._handset.settings.put("global", SETTING, "1")
        return self.address

    def switch_off(self) -> None:
        """The person switches it off."""
        self._handset.settings.put("global", SETTING, "0")

    def answer(self, answer: NetworkAnswer) -> None:
        """The person answers the prompt; silent when there is none."""
        asked, self.prompt = self.prompt, None
        if asked is None or asked != self.bssid or answer is NetworkAnswer.NO:
            return
        if answer is NetworkAnswer.ALWAYS:
            self.trusted_networks.add(asked)
        self._open()

    def roam(self, bssid: str | None) -> None:
        """The phone changes the access point, in the same network too, or loses Wi-Fi (None): switched off."""
        if bssid != self.bssid:
            self.bssid = bssid
            self.prompt = None
            self.switch_off()

    # --- pairing -----------------------------------------------------------------------------------------------------

    def start_pairing(self, code: str, port: int = 0) -> str:
        """The person opens "Pair device with pairing code", which shows `code`. Return `IP:PORT` for `adb pair`.

        Raise `RuntimeError` when wireless debugging is off, `ValueError` for an empty code, `OSError`.
        """
        return self._pair(code, self.guid, port)

    def scan_qr(self, text: str) -> str:
        """The person scans a host's code; the phone announces itself under the name in it. Return `IP:PORT`.

        Raise `ValueError` for a code that is no offer to pair, and as `start_pairing`.
        """
        code = parse_adb_qr(text)
        return self._pair(code.password, code.name, 0)

    def stop_pairing(self) -> None:
        """The person closes the dialog."""
        if self.pairing is not None:
            self.pairing.close()

    # --- adb tcpip ---------------------------------------------------------------------------------------------------

    @property
    def tcp_address(self) -> str | None:
        """`IP:PORT` while `adb tcpip` is in force."""
        return None if self._tcp is None else self._tcp.address

    def enter_tcp(self, port: int) -> str:
        """`adb tcpip PORT`: adbd starts anew and listens there too, unencrypted, until the next reboot.

        Return the address; port 0 takes a free one. Raise `OSError` for a port that is taken on this machine. That
        adbd starts anew, and wireless debugging with it, is inferred.
        """
        self._leave_tcp()
        self._restart_tls()
        self._tcp = self._doors.open(self.host, port, Security.PLAIN)
        self._set_property(TCP_PORT_PROPERTY, str(self._tcp.port))
        serial = self._handset.spec.serial
        self._show(MdnsService.PLAIN, f"adb-{serial}", self._tcp.port)
        return self._tcp.address

    def leave_tcp(self) -> None:
        """`adb usb`."""
        self._leave_tcp()
        self._set_property(TCP_PORT_PROPERTY, "0")
        self._restart_tls()

    # --- life --------------------------------------------------------------------------------------------------------

    def announce_with(self, announcer: Announcer | None) -> None:
        """Announce what is open, and will be, by a started `announcer`; None stops that."""
        adverts = tuple(self._adverts.values())
        if self._announcer is not None:
            for advert in adverts:
                self._announcer.withdraw(advert)
        self._announcer = announcer
        if announcer is not None:
            for advert in adverts:
                announcer.show(advert)

    def shut_down(self) -> None:
        """The phone goes down: every port closes; the setting stays as it is."""
        self._leave_tcp()
        self._close()
        self.prompt = None

    def forget_networks(self) -> None:
        """After a factory reset no Wi-Fi is known, and no access point is trusted."""
        self.bssid = None
        self.trusted_networks.clear()

    def boot(self) -> None:
        """The phone is up again."""
        if self.wifi_at_boot is WifiAtBoot.LATE or self.bssid is None:
            self.switch_off()
        else:
            self._follow_setting("global", SETTING)

    def _follow_setting(self, namespace: str, key: str) -> None:
        if (namespace, key) == ("global", WIFI_SETTING):
            self.roam(HOME_BSSID if self._handset.settings.get(namespace, key) == "1" else None)
            return
        if (namespace, key) != ("global", SETTING) or self._handset.spec.sdk < FIRST_SDK:
            return
        if self._handset.settings.get(namespace, key) != "1":
            self._close()
        elif self._tls is not None:
            return
        elif self.bssid in self.trusted_networks and not self._handset.faults.is_denied(Right.WIRELESS):
            self._open()
        else:
            if not self._handset.faults.is_denied(Right.WIRELESS):
                self.prompt = self.bssid
            self._handset.settings.put("global", SETTING, "0")

    def _open(self) -> None:
        door = self._doors.open(self.host, 0, Security.TLS)
        while door.port == self._last_port:
            other = self._doors.open(self.host, 0, Security.TLS)
            self._doors.close(door)
            door = other
        self._tls, self._last_port = door, door.port
        self._set_property(TLS_ENABLED_PROPERTY, "1")
        self._set_property(TLS_PORT_PROPERTY, str(door.port))
        self._handset.settings.put("global", SETTING, "1")
        self._show(MdnsService.TLS_CONNECT, self.guid, door.port)

    def _close(self) -> None:
        self.stop_pairing()
        self._close_tls()

    def _close_tls(self) -> None:
        if self._tls is None:
            return
        door, self._tls = self._tls, None
        self._hide(MdnsService.TLS_CONNECT)
        self._set_property(TLS_ENABLED_PROPERTY, "0")
        self._set_property(TLS_PORT_PROPERTY, "")
        self._doors.close(door)

    def _restart_tls(self) -> None:
        if self._tls is not None:
            self._close_tls()
            self._open()

    def _leave_tcp(self) -> None:
        if self._tcp is not None:
            door, self._tcp = self._tcp, None
            self._hide(MdnsService.PLAIN)
            self._handset.properties.pop(TCP_PORT_PROPERTY, None)
            self._doors.close(door)

    def _pair(self, code: str, instance: str, port: int) -> str:
        if self._tls is None:
            raise RuntimeError("wireless debugging is off")
        self.stop_pairing()
        server = PairingServer(code=code, guid=self.guid, on_paired=self._trust, on_end=self._hide_pairing)
        address = server.open(self.host, port)
        self.pairing = server
        self._show(MdnsService.TLS_PAIRING, instance, int(address.rpartition(":")[2]))
        return address

    def _trust(self, key: HostKey) -> None:
        self._doors.trusted.trust(key)

    def _hide_pairing(self) -> None:
        self._hide(MdnsService.TLS_PAIRING)

    def _show(self, service: MdnsService, instance: str, port: int) -> None:
        advert = Advert(
            service=service,
            instance=instance,
            host_name=f"Android-{hashlib.sha256(self.guid.encode()).hexdigest()[:8]}",
            address=self.host,
            port=port,
        )
        self._adverts[service] = advert
        if self._announcer is not None:
            self._announcer.show(advert)

    def _hide(self, service: MdnsService) -> None:
        advert = self._adverts.pop(service, None)
        if advert is not None and self._announcer is not None:
            self._announcer.withdraw(advert)

    def _set_property(self, name: str, value: str) -> None:
        if self._handset.properties:
            self._handset.properties[name] = value
