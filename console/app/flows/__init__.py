"""What a person does, from the key to the daemon's answer: ask, call, say what happened. One method a flow.

Flows act on ids that were fixed when the key was pressed: rows may move while a dialog is open.

Reading order:
- what all share: `base`
- one each: `alerts` (`alert_steps`, `alert_calls`), `phones` (`phone_acts`, `orders`, `wiping`, `pins`, `reaching`,
  `phone_calls`), `commands`, `records`, `rules`, `oversight`, `services`
"""

from collections.abc import Callable

from ..calls import CallingApp
from ..desk import Desk
from ..shop import Part
from .alerts import AlertFlows
from .commands import CommandFlows
from .oversight import OversightFlows
from .phones import PhoneFlows
from .records import RecordFlows
from .rules import RuleFlows
from .services import ServiceFlows


class Flows:
    """The actions of the console, by what they act on."""

    def __init__(self, app: CallingApp, desk: Desk, changed: Callable[[Part], None]) -> None:
        self.alerts = AlertFlows(app, desk, changed)
        self.phones = PhoneFlows(app, desk, changed)
        self.commands = CommandFlows(app, desk, changed, self.phones)
        self.records = RecordFlows(app, desk, changed)
        self.rules = RuleFlows(app, desk, changed)
        self.oversight = OversightFlows(app, desk, changed)
        self.services = ServiceFlows(app, desk, changed)
