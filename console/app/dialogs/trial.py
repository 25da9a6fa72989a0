"""What a candidate rule set would find in the archive: asked for, watched, read."""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input

from daemon.api.errors import ApiClientError
from daemon.api.policy import Trial, TrialExample, TrialReport, TrialRequest, TrialRule
from daemon.api.policy_client import start_trial, stop_trial, trial

from ...cli.times import parse_since
from ...plain_text import short_word
from ...rule_files import RuleFilesError, read_rules
from ...safe_text import SafeContent, joined, lines, safe_marked, safe_page, safe_text
from ..calls import CallingApp
from ..desk import Desk
from ..keys import key
from ..sturdy import Sturdy
from ..widgets.footer import KeyFooter
from ..widgets.note import Note

LOOK_S: Final = 0.3
SINCE: Final = "7d"


class TrialScreen(Sturdy, ModalScreen[None]):
    """Two lines to fill in, below them progress and counts. Escape stops what runs and goes back."""

    AUTO_FOCUS = "#trial-folder"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "close", "dialog.close"),
        key("f5,ctrl+r", "again", "rules.try"),
    ]

    def __init__(self, desk: Desk, calling: CallingApp) -> None:
        super().__init__()
        self._desk = desk
        self._calling = calling
        self._trial: Trial | None = None
        self._is_asked = False
        self._trouble: SafeContent | None = None

    def compose(self) -> ComposeResult:
        say = self._desk.say
        with Vertical(id="bench"):
            yield Note(self._desk.line("trial.title", "bold"), id="bench-title")
            yield Input(id="trial-folder", placeholder=say("trial.folder"), max_length=500, compact=True)
            yield Input(SINCE, id="trial-since", placeholder=say("trial.since"), max_length=50, compact=True)
            with VerticalScroll(id="bench-body"):
                yield Note(id="bench-found")
            yield KeyFooter(self._desk)

    def on_mount(self) -> None:
        self.set_interval(LOOK_S, self._look)
        self._show()

    def why_not(self, action: str) -> str | None:
        """See Explains."""
        return self._desk.say("trial.runs") if action == "again" and self._is_running else None

    @property
    def _is_running(self) -> bool:
        return self._is_asked or (self._trial is not None and not self._trial.is_done)

    def action_close(self) -> None:
        if self._trial is not None and not self._trial.is_done:
            self._calling.call(stop_trial(self._desk.client, self._trial.trial_id), lambda _: None, lambda _: None)
        self.dismiss(None)

    def action_again(self) -> None:
        """Start, or start anew after a change of the files."""
        if not self._is_running:
            self._start()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "trial-folder" and self._trial is None and self._trouble is None:
            self.query_one("#trial-since", Input).focus()
        else:
            self.action_again()

    def _start(self) -> None:
        desk = self._desk
        folder = self.query_one("#trial-folder", Input).value.strip()
        since = self.query_one("#trial-since", Input).value.strip()
        try:
            moment = parse_since(since, desk.times.now()) if since else None
        except ValueError:
            self._fail(desk.line("filter.bad_time", "bold $text-error", time=since))
            return
        if not folder:
            self._fail(desk.line("trial.no_folder", "bold $text-error"))
            return
        self._is_asked, self._trouble, self._trial = True, None, None
        self._calling.call(self._send(folder, partial(TrialRequest, since=moment)), self._standing, self._refused)
        self._show()

    async def _send(self, folder: str, request: "partial[TrialRequest]") -> Trial | RuleFilesError:
        """What is wrong with the files is an answer too; the daemon is not asked then."""
        try:
            packs, files = await asyncio.to_thread(read_rules, folder)
        except RuleFilesError as error:
            return error
        return await start_trial(self._desk.client, request(packs=packs, files=files))

    def _look(self) -> None:
        if self._trial is not None and not self._trial.is_done and not self._is_asked:
            self._is_asked = True
            self._calling.call(trial(self._desk.client, self._trial.trial_id), self._standing, self._refused)

    def _standing(self, answer: Trial | RuleFilesError) -> None:
        if not self.is_attached:
            return
        self._is_asked = False
        if isinstance(answer, RuleFilesError):
            self._fail(self._desk.line(f"trial.rules_{answer.key}", "bold $text-error", name=answer.name))
            return
        self._trial = answer
        self._show()
        if answer.report is not None:
            self.query_one("#bench-body", VerticalScroll).focus()

    def _refused(self, error: ApiClientError) -> None:
        if self.is_attached:
            self._is_asked, self._trial = False, None
            self._fail(safe_page(f"{error.message}\n{error.hint}".strip(), "bold $text-error"))

    def _fail(self, why: SafeContent) -> None:
        self._trouble = why
        self._show()

    def _show(self) -> None:
        self.query_one("#bench-found", Note).show(self._told())
        self.refresh_bindings()

    def _told(self) -> SafeContent:
        desk = self._desk
        if self._trouble is not None:
            return self._trouble
        if self._trial is None:
            return safe_page(desk.say("trial.loading" if self._is_asked else "trial.empty"), "$muted")
        if self._trial.report is not None:
            return lines(_report(self._trial.report, desk))
        if self._trial.problem is not None:
            return desk.line(f"trial.{self._trial.problem}", "bold $text-error")
        return desk.line("trial.progress", done=self._trial.done, of=self._trial.of)


def _report(report: TrialReport, desk: Desk) -> Iterable[SafeContent]:
    yield desk.line("trial.summary", "bold", messages=report.messages, found=report.found, now=report.found_now)
    yield desk.line("trial.changes", "bold", new=report.newly, lost=report.no_longer)
    yield safe_text(f"{report.version}  ←  {report.version_now}", "$muted")
    if report.is_cut:
        yield desk.line("trial.cut", "$text-warning", count=report.messages)
    if not report.rules:
        yield desk.line("trial.nothing", "$muted")
    for rule in report.rules:
        yield safe_text("")
        yield from _rule(rule, desk)


def _rule(rule: TrialRule, desk: Desk) -> Iterable[SafeContent]:
    yield safe_text(f"{rule.title} · {rule.rule_id}", "bold")
    counts = desk.say("trial.counts", found=rule.messages, now=rule.messages_now, new=rule.newly, lost=rule.no_longer)
    hows = " · ".join(f"{desk.known(f'app.how.{how}', how)} {count}" for how, count in rule.by_how.items())
    severities = " · ".join(f"{desk.known(f'app.severity.{s}', s)} {n}" for s, n in rule.by_severity.items())
    yield safe_text("  " + "   ".join(part for part in (counts, hows, severities) if part))
    for example in rule.examples:
        yield _example(example, desk.say("trial.new" if example.is_new else "trial.known"))
    for example in rule.lost_examples:
        yield _example(example, desk.say("trial.lost"))


def _example(example: TrialExample, mark: str) -> SafeContent:
    surface = safe_marked(example.surface, (example,), mark="bold underline $text-error", line_break=" ")
    return joined((safe_text(f"  {mark} “"), surface, safe_text(f"”  {short_word(example.word)}", "$muted")))
