"""From a command as it is kept to the order that a phone understands."""

from dataclasses import dataclass
from typing import Final, assert_never

from adb_bridge.secret import Secret
from adb_bridge.verbs.orders import (
    DEFAULT_KEEP_ALIVE,
    Call,
    ClearPin,
    Freeze,
    KeepAlive,
    KeepAliveSetting,
    Lock,
    LostOff,
    LostOn,
    Message,
    Notice,
    Order,
    Reboot,
    Ring,
    SetPin,
    Unfreeze,
)

from ..api.wire import (
    FoundParameters,
    FreezeParameters,
    KeepAliveParameters,
    LostParameters,
    MessageParameters,
    RingParameters,
    UnfreezeParameters,
    Verb,
)
from ..archive.records import ArchivedCommand
from .phone_words import PhoneWords
from .verbs import parameters_of

NOTICE_TAG: Final = "shopwarden"
NO_PIN_HELD: Final = "no_pin_held"
NO_NUMBER: Final = "no_number"
NOTHING_TO_SUSPEND: Final = "no_apps"
CANNOT_BE_MADE: Final = "parameters_unknown"


class CannotMakeError(Exception):
    """There is no such order; `code` is the command's result."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredients:
    """What an order needs beside the command's own parameters."""

    old_pin: Secret | None = None
    new_pin: Secret | None = None
    number: Secret | None = None
    boot_id: str | None = None
    """As it was before a restart was sent."""


NOTHING: Final = Ingredients()


def order_of(command: ArchivedCommand, words: PhoneWords, apps: tuple[str, ...], needed: Ingredients) -> Order:
    """Raises CannotMakeError. `apps`: which are suspended when the command names none."""
    try:
        return _order_of(command, words, apps, needed)
    except ValueError:
        # An order refuses what no phone takes, such as a text that is too long.
        raise CannotMakeError(CANNOT_BE_MADE) from None


def _order_of(command: ArchivedCommand, words: PhoneWords, apps: tuple[str, ...], needed: Ingredients) -> Order:
    asked = parameters_of(command.parameters)
    match command.verb:
        case Verb.LOCK:
            return Lock()
        case Verb.SET_PIN:
            return SetPin(new=_required(needed.new_pin, NO_PIN_HELD), old=needed.old_pin)
        case Verb.UNLOCK:
            return ClearPin(old=_required(needed.old_pin, NO_PIN_HELD))
        case Verb.LOST:
            lost = asked if isinstance(asked, LostParameters) else LostParameters()
            return LostOn(
                title=words.shop,
                message=lost.message or words.lost,
                ring_s=float(lost.ring_s),
                packages=lost.packages or apps,
                new_pin=needed.new_pin,
                old_pin=needed.old_pin,
            )
        case Verb.FOUND:
            found = asked if isinstance(asked, FoundParameters) else FoundParameters()
            return LostOff(
                title=words.shop, message=words.found, packages=found.packages or apps, old_pin=needed.old_pin
            )
        case Verb.RING:
            ring = asked if isinstance(asked, RingParameters) else RingParameters()
            return Ring(duration_s=float(ring.duration_s), title=words.shop, text=words.ring)
        case Verb.MESSAGE:
            if not isinstance(asked, MessageParameters):
                raise CannotMakeError(CANNOT_BE_MADE)
            return Message(title=asked.title or words.shop, text=asked.text, tag=f"shopwarden.{command.command_id}")
        case Verb.NOTICE:
            return Notice(tag=NOTICE_TAG, title=words.notice_title, text=words.notice_text)
        case Verb.REBOOT:
            return Reboot(boot_id_before=needed.boot_id)
        case Verb.FREEZE:
            return Freeze(packages=_apps(asked.packages if isinstance(asked, FreezeParameters) else (), apps))
        case Verb.UNFREEZE:
            return Unfreeze(packages=_apps(asked.packages if isinstance(asked, UnfreezeParameters) else (), apps))
        case Verb.KEEP_ALIVE:
            named = asked.settings if isinstance(asked, KeepAliveParameters) else ()
            return KeepAlive(settings=tuple(map(KeepAliveSetting, named)) or DEFAULT_KEEP_ALIVE)
        case Verb.CALL:
            return Call(number=_required(needed.number, NO_NUMBER))
        case Verb.REFETCH | Verb.WIPE:
            raise CannotMakeError(CANNOT_BE_MADE)
        case _:
            assert_never(command.verb)


def _required(secret: Secret | None, code: str) -> Secret:
    if secret is None:
        raise CannotMakeError(code)
    return secret


def _apps(named: tuple[str, ...], configured: tuple[str, ...]) -> tuple[str, ...]:
    if not (packages := named or configured):
        raise CannotMakeError(NOTHING_TO_SUSPEND)
    return packages
