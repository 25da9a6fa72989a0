"""Names of persons and addresses: by the words before them, and beside each other on a shipping line."""

from collections.abc import Set as AbstractSet

from . import addresses, names
from .parts import Budget, Found
from .trigger import NAMES, WHERE


def addresses_and_names(flat: str, found: list[Found], stages: AbstractSet[int | None], budget: Budget) -> list[Found]:
    """What is to be added to the details `found` so far, in offsets of the folded text. Linear."""
    people: list[Found] = []
    if not WHERE.isdisjoint(stages):
        people += addresses.addresses_in(flat, budget)
    places = tuple(people)
    if NAMES in stages:
        people += names.names_in(flat, budget)
    if found or places:
        people += names.names_beside(flat, (*found, *places), budget)
    return people
