"""A command's life in a line: what it went through, what it waits for, and that done means read back."""

from typing import Final

from daemon.api.wire import Command, CommandState

from ...safe_text import SafeContent, joined, safe_text
from ..desk import Desk
from ..glyphs import command_cell

_PATH: Final = (CommandState.QUEUED, CommandState.SENT, CommandState.ACKNOWLEDGED)


def command_life(command: Command, desk: Desk) -> SafeContent:
    """`Lock: ✓ queued → ✓ sent → … acknowledged (read back)`, with the result behind it."""
    verb = safe_text(desk.say("life", verb=desk.say(f"verb.{command.verb}")), "bold")
    if command.state in _PATH:
        reached = _PATH.index(command.state)
        steps: list[SafeContent] = []
        for number, state in enumerate(_PATH):
            word = desk.say("command.read_back" if state is CommandState.ACKNOWLEDGED else f"command.{state}")
            arrow = " → " if steps else ""
            mark = "✓ " if number <= reached else "… "
            steps.append(safe_text(arrow + mark + word, "$text-success" if number <= reached else "$muted"))
        life = joined((verb, *steps))
    else:
        life = joined((verb, command_cell(command.state, desk.texts)))
    result = f" · {command.result_text}" if command.result_text else ""
    return joined((life, safe_text(f"{result} · {desk.times.ago(command.updated_at)}", "$muted")))
