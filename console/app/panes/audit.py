"""Screen 7: who looked at what and did what, and why."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from daemon.api.wire import AuditEntry

from ...safe_text import SafeContent, safe_page, safe_text
from ..shop import Part
from ..widgets.columns import Column
from .item_pane import ItemPane


class AuditPane(ItemPane[AuditEntry]):
    """The entries of the audit."""

    NAME = "audit"
    PARTS = Part.HEADER
    OWN = Part.NOTHING
    COLUMNS = (Column(key="action", title="app.column.audit_action", width=20, weight=1),)
    BINDINGS: ClassVar[list[BindingType]] = []

    def items(self) -> Sequence[AuditEntry]:
        return ()

    def key_of(self, item: AuditEntry) -> str:
        return str(item.audit_id)

    def cells_of(self, item: AuditEntry) -> Mapping[str, SafeContent]:
        return {"action": safe_text(item.action)}

    def haystack_of(self, item: AuditEntry) -> str:
        return item.action

    def facets_of(self, item: AuditEntry) -> Mapping[str, Sequence[str]]:
        return {}

    def detail_of(self, item: AuditEntry) -> SafeContent:
        return safe_text(item.action)

    def empty_of_all(self) -> SafeContent:
        return safe_page(self.desk.say("empty.waiting"), "$muted")

    def open_detail(self) -> None:
        """There is no page of its own."""
