"""Looking at records: pages of them, the conversation around one, the content of one."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import (
    Event,
    EventQuery,
)

from ...safe_text import lines, safe_page, safe_text
from ..access import Act
from ..dialogs.ask import LEAST_REASON, AskDialog, Weight
from ..dialogs.dialog import labelled
from ..dialogs.page import PageDialog, RevealedDialog
from ..shown_table import ShownTable, file_bytes, form_of
from ..work import LongWork
from .base import FlowBase


class RecordFlows(FlowBase):
    """Actions on records."""

    def why_not_reveal(self, event_id: str | None) -> str | None:
        reason = self._desk.refusal(Act.REVEAL)
        if reason is not None:
            return reason
        return self._desk.say("refusal.no_event") if event_id is None else None

    def reveal(self, event_id: str | None, device: str) -> None:
        """Open one event's content. The reason is on the daemon's disk before the content arrives."""
        if self.explained(self.why_not_reveal(event_id)) or event_id is None:
            return
        desk = self._desk
        dialog = AskDialog(
            desk,
            title=safe_text(desk.say("reveal.title")),
            text=lines(
                [
                    *labelled(desk, [("device", safe_text(desk.shop.name_of(device))), ("event", safe_text(event_id))]),
                    safe_text(""),
                    safe_page(desk.say("reveal.effect"), "$muted"),
                ]
            ),
            confirm="reveal",
            field="reason",
            least=LEAST_REASON,
            weight=Weight.HARMLESS,
        )
        self._app.push_screen(dialog, partial(self._reveal_confirmed, event_id))

    def show_timeline(self, event_id: str) -> None:
        """The conversation around an event or an alert, masked."""
        from ..dialogs.timeline import TimelineScreen  # it needs these flows itself

        self._app.push_screen(TimelineScreen(self._desk, self, self._app, event_id))

    def load_events(
        self,
        query: EventQuery,
        then: Callable[[tuple[Event, ...]], None],
        otherwise: Callable[[ApiClientError], None],
    ) -> None:
        """A page of masked events."""
        self._app.call(self._desk.client.events(query), then, otherwise)

    def why_not_export(self) -> str | None:
        """A browser's console would write on the machine of the daemon."""
        return self._desk.say("export.web") if self._app.is_web else None

    def export(self, pane: str, gather: Callable[[LongWork], Awaitable[ShownTable]]) -> None:
        """Write what a list shows, masked as it is there, to a new file that only its owner can read."""
        if self.explained(self.why_not_export()):
            return
        from ..dialogs.export import ExportDialog

        self._app.push_screen(ExportDialog(self._desk, pane=pane), partial(self._export_confirmed, pane, gather))

    def _export_confirmed(
        self, pane: str, gather: Callable[[LongWork], Awaitable[ShownTable]], path: str | None
    ) -> None:
        if path is not None:
            title = self._desk.line("export.running", screen=self._desk.say(f"screen.{pane}"))
            self._app.long_work(title, partial(self._write, gather, path), self._written)

    async def _write(self, gather: Callable[[LongWork], Awaitable[ShownTable]], path: str, work: LongWork) -> str:
        """Answers what to say, also of a file that could not be made."""
        from ...cli.context import UsageError
        from ...cli.new_file import new_file

        table = await gather(work)
        form = form_of(path)
        assert form is not None

        def write() -> None:
            with new_file(path) as (file, keep):
                file.write(file_bytes(table, form))
                keep()

        try:
            await asyncio.to_thread(write)
        except UsageError as error:
            return self._desk.texts.get(f"cli.{error.key}", **error.values)
        return self._desk.say("export.done", n=len(table.rows), path=str(Path(path)))

    def _written(self, told: str) -> None:
        self._app.notify(told)

    def _reveal_confirmed(self, event_id: str, reason: str | None) -> None:
        if reason is not None:
            query = EventQuery(event_ids=(event_id,), limit=1)
            self._app.call(self._desk.client.reveal(query, reason), self._revealed, self._reveal_refused)

    def _revealed(self, events: tuple[Event, ...]) -> None:
        desk = self._desk
        if not events:
            self._app.notify(desk.say("reveal.gone"), severity="warning")
            return
        event = events[0]
        rows = [
            ("device", safe_text(desk.shop.name_of(event.device))),
            ("peer", safe_text(event.peer or "–")),
            ("when", safe_text(desk.times.both(event.occurred_at))),
        ]
        text = lines([*labelled(desk, rows), safe_text(""), safe_page(event.body)])
        self._app.push_screen(RevealedDialog(desk, title=safe_text(desk.say("reveal.opened")), text=text))

    def _reveal_refused(self, error: ApiClientError) -> None:
        if not isinstance(error, ApiRefusedError):
            self._app.tell_error(error)
            return
        desk = self._desk
        parts = [safe_page(error.message, "bold"), safe_page(error.hint)]
        if error.exit_code == ExitCode.NOT_PERMITTED:
            parts.append(safe_page(desk.say("reveal.who_may", role=desk.role_word()), "$muted"))
        self._app.push_screen(PageDialog(desk, title=safe_text(desk.say("reveal.refused")), text=lines(parts)))
