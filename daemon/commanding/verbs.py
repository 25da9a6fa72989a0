"""What is particular to each verb: how long it waits for its phone, what goes before what, who has to agree."""

from dataclasses import dataclass
from typing import Final

import msgspec

from ..api.wire import (
    CallParameters,
    FoundParameters,
    FreezeParameters,
    KeepAliveParameters,
    LostParameters,
    MessageParameters,
    Parameters,
    RingParameters,
    UnfreezeParameters,
    Verb,
    WipeParameters,
)

_MINUTES: Final = 60
_HOURS: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class VerbTraits:
    """Of one verb."""

    expires_in_s: int
    """How long a command waits for its phone when nobody said otherwise."""
    rank: int
    """Smaller goes first. What undoes each other has one rank, so that the last word is the last one asked for."""
    parameters: type[msgspec.Struct] | None = None
    """What it takes; None: nothing."""
    needs_approval: bool = False
    """Always waits for another person."""
    may_wait_twice: bool = False
    """Several with other parameters may wait for one phone."""


TRAITS: Final[dict[Verb, VerbTraits]] = {
    Verb.LOCK: VerbTraits(expires_in_s=24 * _HOURS, rank=0),
    Verb.UNLOCK: VerbTraits(expires_in_s=10 * _MINUTES, rank=0),
    Verb.SET_PIN: VerbTraits(expires_in_s=24 * _HOURS, rank=0),
    Verb.LOST: VerbTraits(expires_in_s=7 * 24 * _HOURS, rank=0, parameters=LostParameters),
    Verb.FOUND: VerbTraits(expires_in_s=24 * _HOURS, rank=0, parameters=FoundParameters),
    # A wipe that found no phone within a day is asked for and agreed to again.
    Verb.WIPE: VerbTraits(expires_in_s=24 * _HOURS, rank=0, parameters=WipeParameters, needs_approval=True),
    Verb.FREEZE: VerbTraits(expires_in_s=24 * _HOURS, rank=1, parameters=FreezeParameters, may_wait_twice=True),
    Verb.UNFREEZE: VerbTraits(expires_in_s=24 * _HOURS, rank=1, parameters=UnfreezeParameters, may_wait_twice=True),
    Verb.RING: VerbTraits(expires_in_s=10 * _MINUTES, rank=2, parameters=RingParameters),
    Verb.MESSAGE: VerbTraits(expires_in_s=4 * _HOURS, rank=2, parameters=MessageParameters, may_wait_twice=True),
    Verb.CALL: VerbTraits(expires_in_s=2 * _MINUTES, rank=2, parameters=CallParameters),
    Verb.NOTICE: VerbTraits(expires_in_s=4 * _HOURS, rank=2),
    Verb.KEEP_ALIVE: VerbTraits(expires_in_s=24 * _HOURS, rank=3, parameters=KeepAliveParameters),
    Verb.REBOOT: VerbTraits(expires_in_s=10 * _MINUTES, rank=4),
    Verb.REFETCH: VerbTraits(expires_in_s=10 * _MINUTES, rank=5),
}

_decode: Final = msgspec.json.Decoder(Parameters).decode


def traits(verb: Verb) -> VerbTraits:
    """Of any verb."""
    return TRAITS[verb]


def is_of_verb(parameters: Parameters | None, verb: Verb) -> bool:
    """Whether these are this verb's; none are always right where all have defaults."""
    wanted = TRAITS[verb].parameters
    if parameters is not None:
        return type(parameters) is wanted
    return wanted is None or not wanted.__struct_fields__ or _has_defaults(wanted)


def text_of(parameters: Parameters | None) -> str:
    """As the archive keeps them."""
    return "{}" if parameters is None else msgspec.json.encode(parameters, order="sorted").decode()


def parameters_of(text: str) -> Parameters | None:
    """From the archive. None for none, and for those that an older program kept and this one does not know."""
    if text == "{}":
        return None
    try:
        found: Parameters = _decode(text)
    except msgspec.MsgspecError:
        return None
    return found


def _has_defaults(kind: type[msgspec.Struct]) -> bool:
    return all(not field.required for field in msgspec.structs.fields(kind))
