"""Screen 6: the checks of the daemon."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from daemon.api.wire import HealthCheck

from ...safe_text import SafeContent, safe_page, safe_text
from ..shop import Part
from ..widgets.columns import Column
from .item_pane import ItemPane


class HealthPane(ItemPane[HealthCheck]):
    """What the daemon says of itself."""

    NAME = "health"
    PARTS = Part.HEADER
    OWN = Part.NOTHING
    COLUMNS = (Column(key="name", title="app.column.check", width=20, weight=1),)
    BINDINGS: ClassVar[list[BindingType]] = []

    def items(self) -> Sequence[HealthCheck]:
        return ()

    def key_of(self, item: HealthCheck) -> str:
        return item.name

    def cells_of(self, item: HealthCheck) -> Mapping[str, SafeContent]:
        return {"name": safe_text(item.name)}

    def haystack_of(self, item: HealthCheck) -> str:
        return item.name

    def facets_of(self, item: HealthCheck) -> Mapping[str, Sequence[str]]:
        return {}

    def detail_of(self, item: HealthCheck) -> SafeContent:
        return safe_text(item.name)

    def empty_of_all(self) -> SafeContent:
        return safe_page(self.desk.say("empty.waiting"), "$muted")

    def open_detail(self) -> None:
        """There is no page of its own."""
