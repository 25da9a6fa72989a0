"""What is on the disk of one wipe, and what that means."""

from dataclasses import dataclass
from typing import Final

import msgspec

from adb_bridge.verbs.wipe import WipeRoute
from adb_bridge.verbs.wipe_imprint import Imprint

from ..archive.wipes import ArchivedWipeStep, WipeStage

_WITH_EFFECT: Final = frozenset(
    {
        WipeStage.CLEARING,
        WipeStage.CLEARED,
        WipeStage.SENDING,
        WipeStage.SENT,
        WipeStage.RETURNED,
        WipeStage.LOCKED,
        WipeStage.UNENROLLED,
        WipeStage.CERTIFIED,
    }
)
_ORDERED: Final = _WITH_EFFECT - {WipeStage.CLEARING, WipeStage.CLEARED}
NO_PIN: Final = 0
"""Of a phone that had none."""


class ReadyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Of READY: what the phone was like, to be compared with what comes back."""

    route: WipeRoute
    mark: str
    before: Imprint
    pin_id: int = NO_PIN
    """Which kept PIN the phone said is its own: it has to go first. NO_PIN: there is no screen lock."""
    is_read: bool = False
    """Everything was read once more before."""


class ReturnedFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Of RETURNED: the evidence."""

    after: Imprint


@dataclass(frozen=True, slots=True, kw_only=True)
class WipeStory:
    """Of one wipe."""

    steps: tuple[ArchivedWipeStep, ...]

    @property
    def stage(self) -> WipeStage | None:
        """How far it is; None: nothing was done, or all of it was put back."""
        if not self.steps:
            return None
        last = self.steps[-1].step.stage
        return None if last is WipeStage.PUT_BACK else last

    @property
    def has_effect(self) -> bool:
        """Whether something of the phone may be other than before."""
        return self.stage in _WITH_EFFECT

    @property
    def is_begun(self) -> bool:
        """Whether anything was ever done, also when it was put back."""
        return any(one.step.stage is not WipeStage.READY for one in self.steps)

    @property
    def is_ordered(self) -> bool:
        """Whether the phone may have been told to erase itself: what it has then is not what people deleted."""
        return self.stage in _ORDERED

    @property
    def ready(self) -> ReadyFacts | None:
        """The newest."""
        found = self._newest(WipeStage.READY)
        return None if found is None else msgspec.json.decode(found.step.facts, type=ReadyFacts)

    @property
    def returned(self) -> ReturnedFacts | None:
        """The newest."""
        found = self._newest(WipeStage.RETURNED)
        return None if found is None else msgspec.json.decode(found.step.facts, type=ReturnedFacts)

    def code_of(self, stage: WipeStage) -> str | None:
        """Of the newest step of a stage."""
        found = self._newest(stage)
        return None if found is None else found.step.code

    def at(self, stage: WipeStage) -> ArchivedWipeStep | None:
        """The newest step of a stage."""
        return self._newest(stage)

    def _newest(self, stage: WipeStage) -> ArchivedWipeStep | None:
        return next((one for one in reversed(self.steps) if one.step.stage is stage), None)
