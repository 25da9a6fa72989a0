"""Names by which the records say who did something: when two of them may be one person."""

from typing import Final

WEB_NAME: Final = "web:"
"""Before the name of a web account, wherever it is written who did something. No user of a machine is called so."""


def is_same_name(one: str, other: str) -> bool:
    """By the web or not: one person may have two accounts of one name."""
    return _person(one) == _person(other)


def _person(name: str) -> str:
    return name.removeprefix(WEB_NAME).casefold()
