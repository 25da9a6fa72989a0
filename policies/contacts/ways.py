"""Whether texts tell a way to reach or pay a person: sooner known than which details stand in them."""

from collections.abc import Sequence

from ..matching import machine_code
from ..model import CONTACT_WAYS, ContactSpan
from .finder import closely, details_at, details_in, flat_of, without_overlaps
from .numbers import may_hold_short
from .parts import Budget
from .signs import LETTERED, RUN, SUSPECT, WAY
from .trigger import LONGEST_MESSAGE, WHERE, holds_short_run, may_tell_way, run_stages, stages_of


def tell_ways(texts: Sequence[str]) -> list[bool]:
    """For each text whether one of its `find_contacts` is of CONTACT_WAYS. Linear."""
    if not texts or not machine_code.is_ready():
        return list(map(_tells_way, texts))
    from .gate import look  # numpy is loaded by those who have many

    return [
        (signs & WAY != 0 or signs >> RUN > LETTERED) and _tells_way(text, signs)
        for text, signs in zip(texts, look(texts).tolist(), strict=True)
    ]


def _tells_way(text: str, signs: int = SUSPECT | WAY) -> bool:
    """`signs`: as `gate.look` tells."""
    flat = flat_of(text)
    if len(flat) > LONGEST_MESSAGE:
        return _is_among(details_in(text, flat))
    if signs & SUSPECT and not (may_tell_way(flat) or (holds_short_run(flat) and may_hold_short(flat))):
        return False
    stages = stages_of(flat) if signs & SUSPECT else run_stages(signs >> RUN)
    found = closely(text, flat, stages - WHERE, Budget())
    if not found or stages.isdisjoint(WHERE):
        return _is_among(without_overlaps(found))
    return _is_among(details_at(text, flat, stages))


def _is_among(spans: Sequence[ContactSpan]) -> bool:
    return any(span.kind in CONTACT_WAYS for span in spans)
