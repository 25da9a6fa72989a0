"""Welcome, the store, and the notice on its phones."""

from collections.abc import Iterable
from pathlib import Path

from textual.widget import Widget
from textual.widgets import RadioSet, TextArea

from daemon.api.texts import Language, load_texts

from ..app.widgets.note import Note
from .desk import SetupDesk, Step
from .page import Page
from .zones import is_zone

LEAST_NOTICE = 10
MOST_NOTICE = 2000
CATALOG = Path(__file__).parent.parent / "catalog"


class WelcomePage(Page):
    """What will happen, and where."""

    STEP = Step.WELCOME

    def asked(self) -> Iterable[Widget]:
        place = self.desk.place
        yield Note(self.desk.line("welcome.state", path=str(place.state)), classes="fact")
        yield Note(self.desk.line("welcome.config", path=str(place.config)), classes="fact")
        if place.has_keys:
            yield Note(self.desk.page("welcome.resumed", "$text-success"), classes="fact")

    def next_word(self) -> str:
        return self.desk.say("button.begin")


class StorePage(Page):
    """Name, language and time zone."""

    STEP = Step.STORE

    def asked(self) -> Iterable[Widget]:
        answers = self.desk.answers
        yield from self.field("store-name", answers.store_name)
        yield Note(self.desk.line("field.language"), classes="field-label")
        yield RadioSet(
            *(self.choice(f"language-{language}", answers.language is language) for language in Language),
            id="language", compact=True,
        )  # fmt: skip
        yield from self.field("timezone", answers.timezone)

    def refusal(self) -> str | None:
        if not self.entered("store-name").strip():
            return self.desk.say("refusal.store_name")
        zone = self.entered("timezone").strip()
        if zone and not is_zone(zone):
            return self.desk.say("refusal.timezone", zone=zone)
        return None

    def keep(self) -> None:
        self.take()

    def take(self) -> None:
        answers = self.desk.answers
        answers.store_name = self.entered("store-name").strip()
        answers.timezone = self.entered("timezone").strip()
        pressed = self.query_one("#language", RadioSet).pressed_button
        if pressed is not None and pressed.id is not None:
            language = Language(pressed.id.removeprefix("language-"))
            if language is not answers.language:
                answers.language, answers.notice_title, answers.notice_text = language, "", ""


class NoticePage(Page):
    """What stands on every phone, from a template in the store's language."""

    STEP = Step.NOTICE

    def __init__(self, desk: SetupDesk) -> None:
        super().__init__(desk)
        answers = desk.answers
        title, text = notice_template(desk)
        self._title = answers.notice_title or title
        self._text = answers.notice_text or text

    def asked(self) -> Iterable[Widget]:
        yield from self.field("notice-title", self._title)
        yield Note(self.desk.line("field.notice_text"), classes="field-label")
        yield NoticeText(self._text, id="notice-text", soft_wrap=True, tab_behavior="focus", compact=True)

    def refusal(self) -> str | None:
        if not self.entered("notice-title").strip():
            return self.desk.say("refusal.notice_title")
        if not LEAST_NOTICE <= len(self._written()) <= MOST_NOTICE:
            return self.desk.say("refusal.notice_text", least=LEAST_NOTICE, most=MOST_NOTICE)
        return None

    def keep(self) -> None:
        self.take()

    def take(self) -> None:
        self.desk.answers.notice_title = self.entered("notice-title").strip()
        self.desk.answers.notice_text = self._written()

    def _written(self) -> str:
        return self.query_one("#notice-text", NoticeText).text.strip()


class NoticeText(TextArea):
    """Arrow keys and typing as in any editor; tab goes on to the next field."""


def notice_template(desk: SetupDesk) -> tuple[str, str]:
    """Title and text for a store, in its own language."""
    texts = load_texts(desk.answers.language.value, CATALOG)
    return texts.get("app.setup.template.title"), texts.get("app.setup.template.text", store=desk.answers.store_name)
