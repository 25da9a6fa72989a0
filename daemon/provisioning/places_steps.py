"""Where recordings lie, and wireless debugging at the shop's access points."""

from typing import Final

from adb_bridge.advice import Menu, advice_for
from adb_bridge.provisioning.places import has_folder, read_access_point
from adb_bridge.recordings.folders import SHARED, with_configured
from adb_bridge.wireless import WirelessOutcome, WirelessSwitch, is_wireless_on, switch_wireless

from ..api.provision_plan import WirelessWish
from ..api.provisioning import StepName
from .records import KeptChange, KeptItem
from .work import Applied, Finding, Work

_FIRST_SDK: Final = 30
_ON: Final = "on"
_OFF: Final = "off"


class RecordingsStep:
    """The folder is on the phone, and the daemon collects from it."""

    name = StepName.RECORDINGS

    async def look(self, work: Work) -> Finding:
        """Nothing is made here: the phone's own recorder makes its folder with the first recording."""
        folder = work.wanted.recording_folder
        if folder is None:
            return Finding()
        known = {one.path.casefold() for one in with_configured(work.parts.config.capture.recording_folders)}
        if f"{SHARED}/{folder.strip('/')}".casefold() not in known:
            return Finding(code="folder_not_collected")
        if await has_folder(work.session, folder):
            return Finding()
        key = advice_for(Menu.RECORD_CALLS, work.profile.vendor)
        return Finding(items=(KeptItem(item="record_calls", step=self.name, text_key=key),))

    async def apply(self, work: Work, finding: Finding) -> Applied:
        """Nothing to do."""
        return Applied()


class WirelessStep:
    """The switch can be set from here where the phone was told to always allow its access point; that itself is a tap
    on the phone, for every access point, and no shell can do it (AdbDebuggingManager keeps the list to itself)."""

    name = StepName.WIRELESS

    async def look(self, work: Work) -> Finding:
        """The switch, and which access points a person has still to go to."""
        wish = work.wanted.wireless
        if wish is None and not work.wanted.access_points:
            return Finding()
        if 0 < work.sdk < _FIRST_SDK:
            return Finding(code="wireless_needs_android_11" if wish is WirelessWish.ON else None)
        is_on = await is_wireless_on(work.session)
        wanted = wish is WirelessWish.ON
        differs = wish is not None and is_on is not wanted and not (wish is WirelessWish.OFF and is_on is None)
        changes = (
            (KeptChange(step=self.name, name="wireless", before=_word(is_on), after=_word(wanted)),) if differs else ()
        )
        here = await read_access_point(work.session) if is_on and work.wanted.access_points else None
        trusted = {name for name in work.wanted.access_points or () if here is not None and here.is_called(name)}
        items = tuple(
            KeptItem(
                item=f"trust:{name}", step=self.name, text_key="bench.trust", values={"network": name},
            )
            for name in work.wanted.access_points or ()
            if name not in trusted
        )  # fmt: skip
        return Finding(changes=changes, items=items)

    async def apply(self, work: Work, finding: Finding) -> Applied:
        """Set the switch."""
        switch = WirelessSwitch.ON if work.wanted.wireless is WirelessWish.ON else WirelessSwitch.OFF
        report = await switch_wireless(work.session, switch, sdk=work.sdk)
        match report.outcome:
            case WirelessOutcome.ON | WirelessOutcome.OFF:
                return Applied()
            case WirelessOutcome.ASKED | WirelessOutcome.REFUSED:
                key = advice_for(Menu.WIRELESS, work.profile.vendor)
                item = KeptItem(item="wireless", step=self.name, text_key=key, is_detected=True)
                code = "wireless_asked" if report.outcome is WirelessOutcome.ASKED else "wireless_refused"
                return Applied(code=code, items=(item,))
            case WirelessOutcome.UNSUPPORTED:
                return Applied(code="wireless_needs_android_11")


def _word(is_on: bool | None) -> str | None:  # noqa: FBT001 - a reading
    return None if is_on is None else _ON if is_on else _OFF
