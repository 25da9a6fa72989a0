"""Who looks after alerts from now on: oneself, somebody who does already, nobody, or another name."""

from typing import Final

from ...safe_text import SafeContent, safe_text
from ..desk import Desk
from .menu import Choice, MenuDialog

NOBODY: Final = ""
OTHER: Final = "\x00other"
"""No name of a person: a name that is typed comes next."""
LEAST_NAME: Final = 1
NAMES_OFFERED: Final = 40


class AssignDialog(MenuDialog):
    """Answers a name, NOBODY or OTHER; None when it is closed."""

    def __init__(self, desk: Desk, *, title: SafeContent) -> None:
        super().__init__(desk, title=title, choices=_choices(desk))


def _choices(desk: Desk) -> list[Choice]:
    shop = desk.shop
    me = shop.hello.caller if shop.hello is not None else None
    others = sorted({alert.assignee for alert in shop.alerts.values() if alert.assignee} - {me})[:NAMES_OFFERED]
    first = [Choice(key=me, label=safe_text(me, "bold"), about=desk.say("assign.me"))] if me else []
    return [
        *first,
        *(Choice(key=name, label=safe_text(name), about=desk.say("assign.known")) for name in others),
        Choice(key=OTHER, label=desk.line("assign.other"), about=desk.say("assign.other_about")),
        Choice(key=NOBODY, label=desk.line("assign.nobody"), about=desk.say("assign.nobody_about")),
    ]
