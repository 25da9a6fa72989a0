"""What is wrong with the link, in one line that says what comes next."""

from typing import Final

from daemon.api.errors import ApiVersionError
from daemon.api.links import LinkOffline, LinkOnline, LinkRefused

from ..safe_text import SafeContent
from .desk import Desk

SEALED: Final = "vault.sealed"
_SHOP: Final = ("shop.", "lan.")


def link_trouble(desk: Desk, retry_in_s: int) -> SafeContent | None:
    """None while the daemon answers, or before the first answer."""
    match desk.shop.link:
        case LinkOffline(error=error) | LinkRefused(error=error) if error.code == SEALED:
            return desk.line("banner.sealed", hint=desk.say("banner.unseal"))
        case LinkOffline(error=error):
            name = "banner.lost" if desk.shop.hello is not None else "banner.not_running"
            return desk.line(name, message=error.message, hint=error.hint, n=retry_in_s)
        case LinkRefused(error=ApiVersionError() as error):
            return desk.line("banner.version", message=error.message, hint=error.hint)
        case LinkRefused(error=error) if desk.shop_name is not None and is_not_let_in(error.code):
            return desk.line("banner.shop", name=desk.shop_name, message=error.message, hint=error.hint)
        case LinkRefused(error=error):
            return desk.line("banner.refused", message=error.message, hint=error.hint)
        case LinkOnline() | None:
            return None


def is_not_let_in(code: str) -> bool:
    """Whether a shop of another machine refuses this console itself: revoked, expired, or another shop answers."""
    return code.startswith(_SHOP)
