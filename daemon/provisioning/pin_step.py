"""The screen lock: a random PIN that the shop's vault keeps. A phone whose PIN the vault holds already is left as it
is, so that doing a plan twice gives nobody a new PIN."""

from typing import Final

from adb_bridge.verbs.codes import Code

from ..api.provision_plan import PinPolicy
from ..api.provisioning import StepName
from ..api.wire import Verb
from .orders import UNAVAILABLE, told
from .records import KeptChange, KeptItem
from .work import Applied, Finding, Work

_HAS_LOCK: Final = frozenset({Code.WRONG_PIN.value, Code.PIN_UNKNOWN.value})
"""The phone has a screen lock that the shop does not know."""


class PinStep:
    """See the module."""

    name = StepName.PIN

    async def look(self, work: Work) -> Finding:
        """Whether the vault holds this phone's PIN."""
        if work.wanted.pin is not PinPolicy.GENERATE:
            return Finding()
        if work.parts.pins is None:
            return Finding(code=UNAVAILABLE)
        if await work.parts.pins.current(work.serial) is not None:
            return Finding()
        return Finding(changes=(KeptChange(step=self.name, name="pin", before=None, after="in_vault"),))

    async def apply(self, work: Work, finding: Finding) -> Applied:
        """By the command that makes, keeps and sets one."""
        code = await told(work, Verb.SET_PIN, None, mark="pin")
        if code is None:
            return Applied()
        items: tuple[KeptItem, ...] = ()
        if code in _HAS_LOCK:
            items = (KeptItem(item="remove_lock", step=self.name, text_key="bench.remove_lock", is_detected=True),)
        return Applied(code=code, items=items, failed_orders=1)
