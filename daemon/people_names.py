"""Names by which the records say who did something: when two of them may be one person."""

from typing import Final

WEB_NAME: Final = "web:"
"""Before the name of a web account, wherever it is written who did something. No user of a machine is called so."""

CONSOLE_NAME: Final = "console:"
"""Before the name of a console of another machine."""


def is_same_name(one: str, other: str) -> bool:
    """However they came: one person may have an account here, one for the web and a console, all of one name."""
    return _person(one) == _person(other)


def _person(name: str) -> str:
    return name.removeprefix(WEB_NAME).removeprefix(CONSOLE_NAME).casefold()
