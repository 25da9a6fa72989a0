"""What a rule asks to have done when it finds something. Data only: the daemon decides and carries it out."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .source import Table

SHORTEST_MIN: Final = 1
LONGEST_MIN: Final = 24 * 60
LONGEST_TEXT: Final = 500
_PACKAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+")
_LONGEST_PACKAGE: Final = 200


class ActionKind(StrEnum):
    """What is done."""

    SUSPEND_APP = "suspend_app"
    LOCK = "lock"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAction:
    """`[[rule.action]]`."""

    kind: ActionKind
    app: str | None = None
    """Of `suspend_app`: a package; None: the app where it was said."""
    minutes: int = 0
    """Of `suspend_app`: until it runs again by itself."""
    text: str = ""
    """Of `message`: what the phone shows its holder."""


def read_action(table: Table) -> RuleAction:
    """One of a rule file. Raises RuleSyntaxError."""
    kind = table.choice("do", ActionKind)
    app, minutes, text = None, 0, ""
    match kind:
        case ActionKind.SUSPEND_APP:
            minutes = table.integer("minutes", 0, SHORTEST_MIN, LONGEST_MIN)
            if not table.has("minutes"):
                table.fail_missing("minutes")
            if table.has("app"):
                app = table.text("app")
                if not _PACKAGE.fullmatch(app) or len(app) > _LONGEST_PACKAGE:
                    table.fail("app", "an Android package name such as com.tencent.mm")
        case ActionKind.MESSAGE:
            text = table.text("text").strip()
            if not 1 <= len(text) <= LONGEST_TEXT:
                table.fail("text", f"1 to {LONGEST_TEXT} characters")
        case _:
            pass  # a lock needs nothing said
    table.done()
    return RuleAction(kind=kind, app=app, minutes=minutes, text=text)
