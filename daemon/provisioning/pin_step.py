"""The screen lock: a random PIN that the shop's vault keeps. A phone whose PIN the vault holds already is left as it
is, so that doing a plan twice gives nobody a new PIN."""

from typing import Final

from adb_bridge.readings import Credential, read_credential
from adb_bridge.shell_batch import run_batch
from adb_bridge.verbs.codes import Code

from ..api.provision_plan import PinPolicy
from ..api.provisioning import StepName
from ..api.wire import Verb
from .orders import UNAVAILABLE, told
from .records import KeptChange, KeptItem
from .work import Applied, Finding, Work

_HAS_LOCK: Final = frozenset({Code.WRONG_PIN.value, Code.PIN_UNKNOWN.value})
"""The phone has a screen lock that the shop does not know."""

_REMOVE: Final = KeptItem(item="remove_lock", step=StepName.PIN, text_key="bench.remove_lock", is_detected=True)
_PIN: Final = "pin"
_TIMEOUT_S: Final = 20.0


class PinStep:
    """See the module."""

    name = StepName.PIN

    async def look(self, work: Work) -> Finding:
        """Whether the phone has a screen lock, and the vault its PIN."""
        if work.wanted.pin is not PinPolicy.GENERATE:
            return Finding()
        if work.parts.pins is None:
            return Finding(code=UNAVAILABLE)
        (printed,) = await run_batch(work.session, ["dumpsys lock_settings"], timeout_s=_TIMEOUT_S)
        credential = read_credential(printed.output)
        is_held = await work.parts.pins.current(work.serial) is not None
        if is_held and credential is not Credential.NONE:
            return Finding()
        if credential is Credential.SET and f"{self.name.value}:{_PIN}" not in work.begun:
            # Trying would count as a wrong attempt on the phone, at each run anew.
            return Finding(items=(_REMOVE,), code=Code.PIN_UNKNOWN.value)
        return Finding(changes=(KeptChange(step=self.name, name=_PIN, before=None, after="in_vault"),))

    async def apply(self, work: Work, finding: Finding) -> Applied:
        """By the command that makes, keeps and sets one."""
        code = await told(work, Verb.SET_PIN, None, mark=_PIN)
        if code is None:
            return Applied()
        return Applied(code=code, items=(_REMOVE,) if code in _HAS_LOCK else ())
