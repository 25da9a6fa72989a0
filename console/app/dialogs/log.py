"""What ran in this console and how it ended, newest first."""

from typing import Final

from ...safe_text import SafeContent, fitted, joined, lines, safe_page, safe_text
from ..desk import Desk
from ..run_log import Outcome, RunLog
from .page import PageDialog

OUTCOME_CELLS: Final = 12
_STYLES: Final = {
    Outcome.DONE: "$text-success",
    Outcome.PARTLY: "$text-warning",
    Outcome.REFUSED: "$text-error",
    Outcome.FAILED: "$text-error",
    Outcome.CANCELLED: "$muted",
}


class LogDialog(PageDialog):
    """The log as it is when it is opened."""

    def __init__(self, desk: Desk, log: RunLog) -> None:
        super().__init__(desk, title=safe_text(desk.say("run_log.title")), text=_log_text(desk, log))


def _log_text(desk: Desk, log: RunLog) -> SafeContent:
    if not len(log):
        return safe_page(desk.say("run_log.empty"), "$muted")
    rows: list[SafeContent] = []
    for run in log:
        outcome = fitted(safe_text(desk.say(f"run_outcome.{run.outcome}"), _STYLES[run.outcome]), OUTCOME_CELLS)
        when = safe_text(f"{desk.times.short(run.at)}  ", "$muted")
        rows.append(joined((when, outcome, safe_text("  "), run.what)))
    return lines(rows)
