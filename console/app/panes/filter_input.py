"""The line that a filter is typed into, and what is said of one that cannot be used."""

from collections.abc import Collection
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from ..desk import Desk
from ..filter_line import FilterError
from ..keys import key


class FilterInput(Input):
    """The filter line; escape gives it up."""

    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "abandon", "filter.abandon")]

    class Abandoned(Message):
        """The filter stays as it was."""

    def action_abandon(self) -> None:
        self.post_message(self.Abandoned())


def told(error: FilterError, desk: Desk, usable: Collection[str]) -> str:
    """Why a line cannot be used, with the keys that can, in the console's language."""
    keys = " ".join(desk.known(f"app.filter_key.{name}", name) for name in error.keys if name in usable)
    return desk.texts.get(error.text_key, **error.values, **({"keys": keys} if keys else {}))
