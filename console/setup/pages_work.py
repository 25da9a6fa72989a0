"""Writing the state, starting the daemon, and the end."""

from collections.abc import Iterable

from textual.widget import Widget

from ..app.widgets.note import Note
from ..safe_text import fitted, joined, lines, safe_text
from .answers import KeyKind
from .desk import SetupDesk, Step
from .page import Page
from .program import SetupError, is_sealed


class WritePage(Page):
    """What will be made; nothing was until here."""

    STEP = Step.WRITE
    IS_WORK = True

    def asked(self) -> Iterable[Widget]:
        desk, answers = self.desk, self.desk.answers
        opened = {KeyKind.PASSPHRASE: "", KeyKind.FILE: answers.key_file, KeyKind.CREDENTIAL: answers.credential}
        key = desk.say(f"choice.kind-{answers.key}")
        facts = (
            ("fact.store", answers.store_name),
            ("fact.language", desk.say(f"choice.language-{answers.language}")),
            ("fact.timezone", answers.timezone or desk.say("fact.timezone_own")),
            ("fact.key", " · ".join(part for part in (key, opened[answers.key]) if part)),
            ("fact.notice", answers.notice_title),
            ("fact.state", str(desk.place.state)),
            ("fact.config", str(desk.place.config)),
        )
        labels = [desk.line(name, "$muted") for name, _ in facts]
        width = max(label.cell_length for label in labels) + 2
        rows = zip(labels, facts, strict=True)
        yield Note(
            lines(joined((fitted(label, width), safe_text(value))) for label, (_, value) in rows), classes="fact"
        )

    def next_word(self) -> str:
        return self.desk.say("button.write")

    async def work(self) -> None:
        if not self.desk.place.has_keys:
            await self.desk.program.initialise(self.desk.answers, self.desk.passphrase)


class StartPage(Page):
    """The daemon, and its vault open. Asks for the passphrase only when the setup does not have it any more."""

    STEP = Step.START
    IS_WORK = True

    def __init__(self, desk: SetupDesk) -> None:
        super().__init__(desk)
        self._is_asking = desk.passphrase is None and desk.answers.key is KeyKind.PASSPHRASE

    def asked(self) -> Iterable[Widget]:
        yield Note(self.desk.line("start.log", path=str(self.desk.place.log)), classes="fact")
        if self._is_asking:
            yield from self.secret("passphrase")

    def next_word(self) -> str:
        return self.desk.say("button.start")

    def refusal(self) -> str | None:
        if self._is_asking and not self.entered("passphrase"):
            return self.desk.say("refusal.no_passphrase")
        return None

    def take(self) -> None:
        if self._is_asking:
            self.desk.passphrase = self.entered("passphrase")

    async def work(self) -> None:
        from daemon.api.unlocking_client import unlock

        desk = self.desk
        await desk.program.start(desk.passphrase)
        if await is_sealed(desk.client):
            if desk.passphrase is None:
                raise SetupError(desk.say("error.sealed"), desk.say("error.sealed_hint"))
            await unlock(desk.client, desk.passphrase)
        desk.passphrase = None


class DonePage(Page):
    """What to do next."""

    STEP = Step.DONE

    def asked(self) -> Iterable[Widget]:
        desk = self.desk
        if desk.enrolled is not None:
            yield Note(desk.line("done.enrolled", "$text-success", name=desk.enrolled), classes="fact")
        else:
            yield Note(desk.page("done.no_phone", "$text-warning"), classes="fact")
        if desk.answers.key is KeyKind.PASSPHRASE:
            yield Note(desk.page("done.passphrase"), classes="fact")
        yield Note(desk.page("done.next"), classes="fact")

    def next_word(self) -> str:
        return self.desk.say("button.open")
