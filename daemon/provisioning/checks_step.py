"""What the phone does not let us do, as taps for a person: by the probe's table, for this maker."""

import asyncio
from collections.abc import Sequence
from typing import Final

from adb_bridge.probe import is_settled, probe
from adb_bridge.provisioning.checklist import ChecklistItem, checklist
from adb_bridge.recordings.folders import with_configured
from adb_bridge.records import Capability, CapabilityName, DeviceProfile, Source

from ..api.provision_plan import PinPolicy
from ..api.provisioning import StepName
from .records import KeptItem
from .work import Applied, Finding, Work

_LOOKS: Final = 40
_BETWEEN_LOOKS_S: Final = 0.25


class ChecksStep:
    """See the module."""

    name = StepName.CHECKS

    async def look(self, work: Work) -> Finding:
        """The collecting side probes each phone right after its enrolment: that table is taken while it has nothing
        for a person. Else the phone is probed anew, since somebody may just have tapped."""
        known = await self._known(work)
        items = self._items(work, known) if known is not None else None
        if items is None or any(one.is_detected for one in items):
            items = self._items(work, await self._probed(work))
        return Finding(
            items=tuple(
                KeptItem(
                    item=one.item, step=self.name, text_key=one.text_key, is_detected=one.is_detected,
                    is_required=one.is_required,
                )
                for one in items
            )
        )  # fmt: skip

    async def apply(self, work: Work, finding: Finding) -> Applied:
        """Nothing to do from here."""
        return Applied()

    async def _known(self, work: Work) -> DeviceProfile | None:
        for _ in range(_LOOKS):
            profile = work.parts.profile_of(work.serial)
            if profile is not None and _is_whole(profile.capabilities):
                return profile
            await asyncio.sleep(_BETWEEN_LOOKS_S)
        return None

    async def _probed(self, work: Work) -> DeviceProfile:
        folders = with_configured(work.parts.config.capture.recording_folders)
        profile = await probe(work.session, folders)
        return profile if is_settled(profile.capabilities) else await probe(work.session, folders)

    def _items(self, work: Work, profile: DeviceProfile) -> tuple[ChecklistItem, ...]:
        scope = () if work.enrolment is None else work.enrolment.scope
        return checklist(
            profile.capabilities,
            vendor=profile.vendor,
            scope=frozenset(Source(one) for one in scope if one in set(Source)),
            wants_lock=work.wanted.pin is not PinPolicy.GENERATE,
            wants_notice=bool(work.wanted.notice),
        )


def _is_whole(capabilities: Sequence[Capability]) -> bool:
    """A source that was denied is in the table before the probe has filled it."""
    return is_settled(capabilities) and any(one.name is CapabilityName.SUPPORTED_SYSTEM for one in capabilities)
