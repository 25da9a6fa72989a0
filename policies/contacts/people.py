"""Names of persons and addresses: by the words before them, and beside each other on a shipping line."""

from .addresses import addresses_in
from .names import names_beside, names_in
from .parts import Budget, Found


def addresses_and_names(flat: str, found: list[Found], budget: Budget) -> list[Found]:
    """What is to be added to the details `found` so far, in offsets of the folded text. Linear."""
    places = addresses_in(flat, budget)
    names = names_in(flat, budget)
    if found or places:
        names += names_beside(flat, found, places, budget)
    return places + names
