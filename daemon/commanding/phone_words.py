"""What phones show their holders for a command, in the shop's language."""

from dataclasses import dataclass

from ..api.texts import Texts
from ..config import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneWords:
    """One shop's."""

    shop: str
    """Its name: the title of what somebody gave no title."""
    notice_title: str
    notice_text: str
    lost: str
    found: str
    ring: str

    @classmethod
    def of(cls, config: Config, texts: Texts) -> "PhoneWords":
        """`texts`: in the shop's language."""
        title, text = config.notice_for(config.store.language)
        shop = config.store.name
        return cls(
            shop=shop,
            notice_title=title,
            notice_text=text,
            lost=config.commands.lost_message or texts.get("phone.lost", store=shop),
            found=texts.get("phone.found", store=shop),
            ring=texts.get("phone.ring", store=shop),
        )


@dataclass(frozen=True, slots=True)
class StandingNotice:
    """What the phone shows its holder all the time."""

    title: str
    text: str
