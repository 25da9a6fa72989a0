"""What can be done with phones, how much is asked before it, and what it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from daemon.api.wire import (
    FoundParameters,
    FreezeParameters,
    LostParameters,
    MessageParameters,
    Parameters,
    RingParameters,
    UnfreezeParameters,
    Verb,
)

from ..access import Act
from ..dialogs.fields import ON, Field, FieldKind, packages_in, span_text
from ..dialogs.ladder import Rung

MINUTE_S: Final = 60
HOUR_S: Final = 3600


class PhoneAct(StrEnum):
    """One entry of the action menu, in its order."""

    LOCK = "lock"
    REFETCH = "refetch"
    NOTICE = "notice"
    RING = "ring"
    MESSAGE = "message"
    LOST = "lost"
    FOUND = "found"
    UNLOCK = "unlock"
    SET_PIN = "set_pin"
    SHOW_PIN = "show_pin"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    REBOOT = "reboot"
    KEEP_ALIVE = "keep_alive"
    ENROL = "enrol"
    CONNECT = "connect"
    PAIR = "pair"
    UNENROL = "unenrol"
    WIPE = "wipe"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActTraits:
    """Of one act."""

    rung: Rung | None
    """None: nothing is asked before it, or what is asked is no confirmation."""
    right: Act = Act.COMMAND
    verb: Verb | None = None
    """The command that it is; None: it is none."""
    expires_s: int = 0
    """How long the command waits for its phone."""
    fields: tuple[Field, ...] = ()
    """What is asked beside the reason."""


_APPS: Final = Field(name="packages", kind=FieldKind.PACKAGES, least=0, most=2000)
TRAITS: Final[Mapping[PhoneAct, ActTraits]] = {
    PhoneAct.LOCK: ActTraits(rung=Rung.CONFIRM, right=Act.LOCK, verb=Verb.LOCK, expires_s=24 * HOUR_S),
    PhoneAct.REFETCH: ActTraits(rung=None, verb=Verb.REFETCH, expires_s=10 * MINUTE_S),
    PhoneAct.NOTICE: ActTraits(rung=None, verb=Verb.NOTICE, expires_s=4 * HOUR_S),
    PhoneAct.RING: ActTraits(
        rung=Rung.ASK,
        verb=Verb.RING,
        expires_s=10 * MINUTE_S,
        fields=(Field(name="ring_s", kind=FieldKind.NUMBER, most=3, low=1, high=120, value="30"),),
    ),
    PhoneAct.MESSAGE: ActTraits(
        rung=Rung.ASK,
        verb=Verb.MESSAGE,
        expires_s=4 * HOUR_S,
        fields=(Field(name="message", most=500),),
    ),
    PhoneAct.LOST: ActTraits(
        rung=Rung.CONFIRM,
        verb=Verb.LOST,
        expires_s=7 * 24 * HOUR_S,
        fields=(
            Field(name="lost_message", least=0, most=500),
            Field(name="ring_s", kind=FieldKind.NUMBER, most=3, low=0, high=120, value="30"),
            _APPS,
            Field(name="new_pin", kind=FieldKind.SWITCH),
        ),
    ),
    PhoneAct.FOUND: ActTraits(
        rung=Rung.CONFIRM,
        verb=Verb.FOUND,
        expires_s=24 * HOUR_S,
        fields=(_APPS, Field(name="clear_pin", kind=FieldKind.SWITCH)),
    ),
    PhoneAct.UNLOCK: ActTraits(rung=Rung.CONFIRM, verb=Verb.UNLOCK, expires_s=10 * MINUTE_S),
    PhoneAct.SET_PIN: ActTraits(rung=Rung.CONFIRM, verb=Verb.SET_PIN, expires_s=24 * HOUR_S),
    PhoneAct.SHOW_PIN: ActTraits(rung=None, right=Act.SHOW_PIN),
    PhoneAct.FREEZE: ActTraits(rung=Rung.CONFIRM, verb=Verb.FREEZE, expires_s=24 * HOUR_S, fields=(_APPS,)),
    PhoneAct.UNFREEZE: ActTraits(rung=Rung.CONFIRM, verb=Verb.UNFREEZE, expires_s=24 * HOUR_S, fields=(_APPS,)),
    PhoneAct.REBOOT: ActTraits(rung=Rung.CONFIRM, verb=Verb.REBOOT, expires_s=10 * MINUTE_S),
    PhoneAct.KEEP_ALIVE: ActTraits(rung=None, verb=Verb.KEEP_ALIVE, expires_s=24 * HOUR_S),
    PhoneAct.ENROL: ActTraits(rung=None, right=Act.ENROL),
    PhoneAct.CONNECT: ActTraits(rung=None, right=Act.REACH_PHONES),
    PhoneAct.PAIR: ActTraits(rung=None, right=Act.REACH_PHONES),
    PhoneAct.UNENROL: ActTraits(rung=Rung.TYPE_NAME, right=Act.ENROL),
    PhoneAct.WIPE: ActTraits(rung=Rung.SECOND_PERSON, right=Act.WIPE, verb=Verb.WIPE, expires_s=24 * HOUR_S),
}
WITHOUT_PHONE: Final = frozenset({PhoneAct.CONNECT, PhoneAct.PAIR})
FOR_ONE: Final = frozenset({PhoneAct.ENROL, PhoneAct.UNENROL, PhoneAct.SHOW_PIN, PhoneAct.WIPE})
WAIT_TWICE: Final = frozenset({Verb.MESSAGE, Verb.FREEZE, Verb.UNFREEZE})
"""Several of them may wait for one phone."""


def act_of(verb: Verb) -> PhoneAct | None:
    """The entry that tells phones this; None for calls, which are placed from a record."""
    return next((act for act, traits in TRAITS.items() if traits.verb is verb), None)


def expiry_field(seconds: int) -> Field:
    """How long it waits for its phone."""
    return Field(name="expires", kind=FieldKind.SPAN, most=8, value=span_text(seconds))


def parameters_of(verb: Verb, filled: Mapping[str, str]) -> Parameters | None:
    """What was filled in, as the daemon takes it; None for a verb that takes nothing."""
    packages = packages_in(filled.get("packages", ""))
    match verb:
        case Verb.RING:
            return RingParameters(duration_s=int(filled["ring_s"]))
        case Verb.MESSAGE:
            return MessageParameters(text=filled["message"])
        case Verb.LOST:
            return LostParameters(
                message=filled["lost_message"] or None,
                ring_s=int(filled["ring_s"]),
                packages=packages,
                new_pin=filled["new_pin"] == ON,
            )
        case Verb.FOUND:
            return FoundParameters(packages=packages, clear_pin=filled["clear_pin"] == ON)
        case Verb.FREEZE:
            return FreezeParameters(packages=packages) if packages else None
        case Verb.UNFREEZE:
            return UnfreezeParameters(packages=packages) if packages else None
        case _:
            return None


def filled_of(parameters: Parameters | None) -> dict[str, str]:
    """What a form has that asks for the same again."""
    match parameters:
        case RingParameters(duration_s=seconds):
            return {"ring_s": str(seconds)}
        case MessageParameters(text=text):
            return {"message": text}
        case LostParameters():
            return {
                "lost_message": parameters.message or "",
                "ring_s": str(parameters.ring_s),
                "packages": " ".join(parameters.packages),
                "new_pin": ON if parameters.new_pin else "",
            }
        case FoundParameters():
            return {"packages": " ".join(parameters.packages), "clear_pin": ON if parameters.clear_pin else ""}
        case FreezeParameters(packages=packages) | UnfreezeParameters(packages=packages):
            return {"packages": " ".join(packages)}
        case _:
            return {}
