"""What the pages share: texts, answers, the program that does the work, and what of it is done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from daemon.api.texts import Texts

from ..app.settings import Symbols
from ..safe_text import SafeContent, safe_page, safe_text
from .answers import Answers
from .place import Place
from .program import Program, SetupClient


class Step(StrEnum):
    """One page each, in this order."""

    WELCOME = "welcome"
    STORE = "store"
    KEY = "key"
    NOTICE = "notice"
    WRITE = "write"
    START = "start"
    PHONE = "phone"
    ENROL = "enrol"
    DONE = "done"


@dataclass(slots=True, kw_only=True)
class SetupDesk:
    """One a setup."""

    texts: Texts
    place: Place
    answers: Answers
    open_program: Callable[[Texts], Program]
    symbols: Symbols = Symbols.UNICODE
    passphrase: str | None = field(default=None, repr=False)
    """From the page that asks for it until the daemon runs; in no file, argument or variable."""
    serial: str | None = None
    """The phone that is being enrolled."""
    enrolled: str | None = None
    """Whose phone was."""
    _client: SetupClient | None = None

    @property
    def program(self) -> Program:
        """In the present language."""
        return self.open_program(self.texts)

    @property
    def client(self) -> SetupClient:
        """One for the whole setup, so that no connection is left behind."""
        if self._client is None:
            self._client = self.program.client()
        return self._client

    async def close_client(self) -> None:
        """The next one is opened anew, in the language of then."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def say(self, key: str, **values: str | int) -> str:
        """A text `app.setup.…`."""
        return self.texts.get(f"app.setup.{key}", **values)

    def line(self, key: str, style: str = "", **values: str | int) -> SafeContent:
        """The same for a widget."""
        return safe_text(self.say(key, **values), style)

    def page(self, key: str, style: str = "", **values: str | int) -> SafeContent:
        """The same in several lines."""
        return safe_page(self.say(key, **values), style)
