"""Names of persons and addresses: by the words before them, and beside each other on a shipping line."""

import re

from . import addresses, names
from .parts import Budget, Found
from .wording import any_of

CUES = frozenset((*addresses.CUES, *names.CUES))
_ANY_CUE = re.compile(any_of(CUES))


def addresses_and_names(flat: str, found: list[Found], budget: Budget) -> list[Found]:
    """What is to be added to the details `found` so far, in offsets of the folded text. Linear."""
    is_announced = _ANY_CUE.search(flat) is not None
    people = addresses.addresses_in(flat, budget, is_announced=is_announced)
    places = tuple(people)
    if is_announced:
        people += names.names_in(flat, budget)
    if found or places:
        people += names.names_beside(flat, (*found, *places), budget)
    return people
