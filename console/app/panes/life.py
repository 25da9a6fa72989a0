"""A command's life: what it went through and when, what it waits for, and that done means read back."""

from typing import Final

from daemon.api.wire import Command, CommandState

from ...safe_text import SafeContent, joined, lines, safe_page, safe_text
from ..desk import Desk
from ..dialogs.dialog import labelled
from ..glyphs import state_cell

_PATH: Final = (CommandState.QUEUED, CommandState.SENT, CommandState.ACKNOWLEDGED)


def command_life(command: Command, desk: Desk) -> SafeContent:
    """`Lock: ✓ queued → ✓ sent → … acknowledged (read back)`, with the result behind it."""
    verb = safe_text(desk.say("life", verb=desk.say(f"verb.{command.verb}")), "bold")
    if command.state in _PATH and not command.awaiting_approval:
        reached = _PATH.index(command.state)
        steps: list[SafeContent] = []
        for number, state in enumerate(_PATH):
            word = desk.say("command.read_back" if state is CommandState.ACKNOWLEDGED else f"command.{state}")
            arrow = " → " if steps else ""
            mark = "✓ " if number <= reached else "… "
            steps.append(safe_text(arrow + mark + word, "$text-success" if number <= reached else "$muted"))
        life = joined((verb, *steps))
    else:
        life = joined((verb, state_cell(command, desk.texts)))
    result = f" · {command.result_text}" if command.result_text else ""
    return joined((life, safe_text(f"{result} · {desk.times.ago(command.updated_at)}", "$muted")))


def command_detail(command: Command, desk: Desk) -> SafeContent:
    """For the panel and the page: the life, each step with its time, the result in words, and what can be done."""
    state, times = command.state, desk.times
    steps = [(times.full(command.requested_at), desk.say("command_step.asked", name=command.requested_by))]
    if command.tries:
        steps.append(("", desk.say("command_step.tries", n=command.tries)))
    if command.updated_at != command.requested_at:
        steps.append((times.full(command.updated_at), desk.say(f"command.{state}")))
    if command.not_now_count:
        steps.append(("", desk.say("command_step.not_now", n=command.not_now_count)))
    if command.next_try_at is not None and not state.is_terminal:
        steps.append((times.full(command.next_try_at), desk.say("command_step.next_try")))
    if not state.is_terminal:
        left = int((command.expires_at - times.now()).total_seconds())
        steps.append((times.full(command.expires_at), desk.say("command_step.expires", age=times.span(left))))
    width = max(len(when) for when, _ in steps)
    told = [joined((safe_text(f"{when:<{width}}  ", "$muted"), safe_text(words))) for when, words in steps]
    rows = [
        ("device", safe_text(f"{desk.shop.name_of(command.device)} · {command.device}")),
        ("reason", safe_text(command.reason)),
    ]
    if command.result_text or command.result:
        rows.append(("result", safe_text(command.result_text or command.result or "")))
    meaning = f"command_meaning.{_waits_for(command) or state}"
    hint = [safe_page(desk.say(meaning), "$muted")] if desk.texts.has(f"app.{meaning}") else []
    number = safe_text(command.command_id, "$muted")
    return lines([command_life(command, desk), *told, *labelled(desk, rows), *hint, number])


def _waits_for(command: Command) -> str | None:
    """What people have to do about it."""
    if command.state.is_terminal:
        return None
    return "approval" if command.awaiting_approval else "decision" if command.needs_decision else None
