"""What opens the vault."""

from collections.abc import Iterable
from pathlib import Path

from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, RadioSet

from ..app.widgets.note import Note
from ..safe_text import SafeContent, safe_text
from .answers import KeyKind
from .desk import Step
from .page import Page
from .strength import Strength, strength_of

_STYLES = {Strength.WEAK: "$text-error", Strength.FAIR: "$text-warning", Strength.STRONG: "$text-success"}


class KeyPage(Page):
    """A passphrase twice, a key file, or a credential of systemd."""

    STEP = Step.KEY

    def asked(self) -> Iterable[Widget]:
        answers = self.desk.answers
        yield RadioSet(
            *(self.choice(f"kind-{kind}", answers.key is kind) for kind in KeyKind), id="key-kind", compact=True
        )
        yield Vertical(
            *self.secret("passphrase"),
            *self.secret("passphrase-again"),
            Note(self._judged(""), id="strength"),
            id=f"of-{KeyKind.PASSPHRASE}", classes="key-fields",
        )  # fmt: skip
        default = answers.key_file or str(self.desk.place.state.with_name(f"{self.desk.place.state.name}.key"))
        yield Vertical(*self.field("key-file", default, most=1000), id=f"of-{KeyKind.FILE}", classes="key-fields")
        yield Vertical(
            *self.field("credential", answers.credential or "root"),
            id=f"of-{KeyKind.CREDENTIAL}", classes="key-fields",
        )  # fmt: skip
        yield Note(self.desk.page(f"key.about_{answers.key}", "$muted"), id="key-about")

    def on_mount(self) -> None:
        self._show(self.desk.answers.key)

    def on_radio_set_changed(self, event: RadioSet.Changed) -> None:
        self._show(self._kind())

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "passphrase":
            self.query_one("#strength", Note).show(self._judged(event.value))

    def refusal(self) -> str | None:
        match self._kind():
            case KeyKind.PASSPHRASE:
                if not self.entered("passphrase"):
                    return self.desk.say("refusal.no_passphrase")
                if self.entered("passphrase") != self.entered("passphrase-again"):
                    return self.desk.say("refusal.mismatch")
            case KeyKind.FILE:
                named = self.entered("key-file").strip()
                if not named:
                    return self.desk.say("refusal.key_file")
                if Path(named).expanduser().absolute().is_relative_to(self.desk.place.state):
                    return self.desk.say("refusal.key_beside")
            case KeyKind.CREDENTIAL:
                if not self.entered("credential").strip():
                    return self.desk.say("refusal.credential")
        return None

    def take(self) -> None:
        answers = self.desk.answers
        answers.key = self._kind()
        answers.key_file = str(Path(self.entered("key-file").strip()).expanduser().absolute())
        answers.credential = self.entered("credential").strip()
        self.desk.passphrase = self.entered("passphrase") if answers.key is KeyKind.PASSPHRASE else None

    def _kind(self) -> KeyKind:
        pressed = self.query_one("#key-kind", RadioSet).pressed_button
        return (
            KeyKind(pressed.id.removeprefix("kind-")) if pressed is not None and pressed.id else self.desk.answers.key
        )

    def _show(self, kind: KeyKind) -> None:
        for one in KeyKind:
            self.query_one(f"#of-{one}").display = one is kind
        self.query_one("#key-about", Note).show(self.desk.page(f"key.about_{kind}", "$muted"))

    def _judged(self, passphrase: str) -> SafeContent:
        if not passphrase:
            return safe_text("")
        strength = strength_of(passphrase)
        return self.desk.line(f"strength.{strength}", _STYLES[strength])
