"""Where a phone is and what it has: its access point, a folder of recordings.

`cmd wifi status` (Android 11+, WifiShellCommand) prints the connection's WifiInfo:
`WifiInfo: SSID: "Shop", BSSID: 02:00:5e:10:00:01, MAC: …`; shell gets both unredacted. Seen on no real phone here.
"""

import re
from dataclasses import dataclass
from typing import Final

from ..session import Session, quote
from ..shell_batch import run_batch

_TIMEOUT_S: Final = 20.0
_WIFI: Final = re.compile(rb'SSID: (?:"([^"\n]{1,32})"|<unknown ssid>|([0-9a-f]{2,64})), BSSID: ([0-9a-fA-F:]{17})\b')
_NOWHERE: Final = "02:00:00:00:00:00"
"""What Android tells those who may not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPoint:
    """Where the phone's Wi-Fi hangs."""

    bssid: str
    ssid: str | None

    def is_called(self, name: str) -> bool:
        """By either of its names."""
        return name.casefold() == self.bssid or name == self.ssid


async def read_access_point(session: Session) -> AccessPoint | None:
    """None: no Wi-Fi, or the phone does not tell. Raises as `run_batch`."""
    (status,) = await run_batch(session, ["cmd wifi status"], timeout_s=_TIMEOUT_S)
    return parse_access_point(status.output)


def parse_access_point(printed: bytes) -> AccessPoint | None:
    """Total on any bytes. A network's name may hold anything but a quote, and forges nothing: the first line counts."""
    match = _WIFI.search(printed)
    if match is None:
        return None
    bssid = match[3].decode("ascii").casefold()
    name = None if match[1] is None else match[1].decode("utf-8", "replace")
    return None if bssid == _NOWHERE else AccessPoint(bssid=bssid, ssid=name if name and name.isprintable() else None)


async def has_folder(session: Session, folder: str) -> bool:
    """Whether a folder below /sdcard is there.

    Raises:
        ValueError: a folder that leads out of it.
        As `run_batch`.
    """
    if ".." in folder.split("/") or folder.startswith("/"):
        raise ValueError("a folder below /sdcard")
    (looked,) = await run_batch(session, [f"ls -d {quote('/sdcard/' + folder + '/')}"], timeout_s=_TIMEOUT_S)
    return looked.status == 0
