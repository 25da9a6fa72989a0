"""Batches: one command for several phones, each with what became of it, live."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Final

from daemon.api.batches import Batch, BatchOutcome, BatchTarget
from daemon.api.commands_client import batch, batches
from daemon.api.errors import ApiClientError

from ...safe_text import SafeContent, fitted, joined, lines, safe_text
from ..desk import Desk
from ..glyphs import command_cell
from ..widgets.columns import Column
from .dialog import labelled
from .table_screen import TableScreen

STATE_CELLS: Final = 16
NAME_CELLS: Final = 20
_OUTCOMES: Final = {
    BatchOutcome.WAITING: ("◐", "$text-warning"),
    BatchOutcome.DONE: ("●", "$text-success"),
    BatchOutcome.PARTLY: ("◆", "bold $text-warning"),
    BatchOutcome.NONE: ("×", "bold $text-error"),
}


class BatchesScreen(TableScreen[Batch]):
    """Newest first; below the list the phones of the current one."""

    NAME = "batches"
    COLUMNS = (
        Column(key="outcome", title="app.column.state", width=16, weight=1, most=22),
        Column(key="verb", title="app.column.verb", width=12, most=18, weight=1),
        Column(key="counts", title="app.column.phones", width=20, weight=4),
        Column(key="asked", title="app.column.asked", width=14, most=17, weight=1, drop=1),
        Column(key="by", title="app.column.by", width=8, weight=1, most=14, drop=2),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._whole: dict[str, Batch] = {}

    def load(self) -> Awaitable[Sequence[Batch]]:
        current = self.current
        if current is not None:
            self._look_into(current)
        return batches(self.desk.client)

    def moved(self, item: Batch | None) -> None:
        if item is not None and item.batch_id not in self._whole:
            self._look_into(item)

    def key_of(self, item: Batch) -> str:
        return item.batch_id

    def cells_of(self, item: Batch) -> Mapping[str, SafeContent]:
        sign, style = _OUTCOMES[item.outcome]
        times = self.desk.times
        return {
            "outcome": safe_text(f"{sign} {self.desk.say(f'batch_outcome.{item.outcome}')}", style),
            "verb": self.desk.line(f"verb.{item.verb}"),
            "counts": safe_text(self._counts(item)),
            "asked": safe_text(f"{times.short(item.requested_at)} {times.age(item.requested_at)}"),
            "by": safe_text(item.requested_by),
        }

    def detail_of(self, item: Batch) -> SafeContent:
        desk, whole = self.desk, self._whole.get(item.batch_id)
        rows = [("reason", safe_text(item.reason)), ("number", safe_text(item.batch_id, "$muted"))]
        if whole is None:
            return lines([*labelled(desk, rows), desk.line("list.loading", "$muted")])
        return lines([*labelled(desk, rows), *(self._target(target) for target in whole.targets)])

    def _target(self, target: BatchTarget) -> SafeContent:
        command = target.command
        if command is None:
            state = self.desk.line("batches.left_out", "$text-warning")
            told = target.why_not_text or target.why_not or ""
        else:
            state = command_cell(command.state, self.desk.texts)
            told = command.result_text or command.result or ""
        name = safe_text(f"{target.employee} · {target.device}" if target.employee else target.device)
        gap = safe_text("  ")
        return joined((fitted(state, STATE_CELLS), gap, fitted(name, NAME_CELLS), gap, safe_text(told, "$muted")))

    def _counts(self, item: Batch) -> str:
        said = {name: self.desk.known(f"app.command.{name}", name) for name in item.counts}
        said["left_out"] = self.desk.say("batches.left_out")
        return ", ".join(f"{said[name]} {count}" for name, count in item.counts.items())

    def _look_into(self, item: Batch) -> None:
        def found(whole: Batch) -> None:
            self._whole[whole.batch_id] = whole
            self.show_state()

        def gone(error: ApiClientError) -> None:
            """The list says it."""

        self.calling.call(batch(self.desk.client, item.batch_id), found, gone)
