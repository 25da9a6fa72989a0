"""The panes of the stage, in the order of their digits."""

from typing import Final

from .alerts import AlertsPane
from .audit import AuditPane
from .commands import CommandsPane
from .devices import DevicesPane
from .events import EventsPane
from .health import HealthPane
from .pane import Pane
from .rules import RulesPane

PANES: Final[tuple[type[Pane], ...]] = (
    DevicesPane,
    AlertsPane,
    EventsPane,
    CommandsPane,
    RulesPane,
    HealthPane,
    AuditPane,
)
