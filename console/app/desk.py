"""What every pane and dialog shares: texts, times, the shop, how the console was started, and the client's methods."""

from collections.abc import Callable
from dataclasses import dataclass, field

from daemon.api.texts import Texts

from ..safe_text import SafeContent, safe_text
from .access import AccessMode, Act, Place, refusal
from .client_port import ConsoleClient
from .settings import Settings, SettingsChange, Symbols, changed_settings
from .shop import Shop
from .times import Times


@dataclass(slots=True, kw_only=True)
class Desk:
    """One per app."""

    texts: Texts
    times: Times
    mode: AccessMode
    opened: ConsoleClient | None = None
    """Set once the first screen is painted: loading an HTTP client takes as long as half of the start."""
    shop: Shop = field(default_factory=Shop)
    settings: Settings = field(default_factory=Settings)
    shop_name: str | None = None
    """As this machine knows the shop that it is connected to; None: the daemon runs here."""
    keeper: Callable[[SettingsChange], None] | None = None
    """Told of each choice, to write it down."""

    def keep(self, change: SettingsChange) -> None:
        """Take over a choice of the person."""
        self.settings = changed_settings(self.settings, change)
        if self.keeper is not None:
            self.keeper(change)

    @property
    def symbols(self) -> Symbols:
        """Which characters may be drawn with."""
        return self.settings.symbols

    @property
    def client(self) -> ConsoleClient:
        """The daemon's client. Nothing can be asked of it before there is something on the screen to ask about."""
        if self.opened is None:
            raise RuntimeError("the client is not open yet")
        return self.opened

    def say(self, key: str, **values: str | int) -> str:
        """A text of the catalog."""
        return self.texts.get(f"app.{key}", **values)

    def line(self, key: str, style: str = "", **values: str | int) -> SafeContent:
        """The same, ready for a widget."""
        return safe_text(self.say(key, **values), style)

    def known(self, key: str, otherwise: str) -> str:
        """A text that the catalogs may have, else `otherwise`: daemons may know more words than this console."""
        return self.texts.get(key) if self.texts.has(key) else otherwise

    def refusal(self, act: Act) -> str | None:
        """Why `act` is not possible for this console and role, in words; None when it is."""
        role = self.shop.hello.role if self.shop.hello is not None else None
        key = refusal(act, self.mode, role, Place.HERE if self.shop_name is None else Place.ELSEWHERE)
        if key is None:  # every act is the daemon's
            return None if self.shop.is_online else self.say("refusal.offline")
        return self.texts.get(key, role=self.role_word())

    def role_word(self) -> str:
        """The caller's role in words, or a dash."""
        return self.say(f"role.{self.shop.hello.role}") if self.shop.hello is not None else "–"
