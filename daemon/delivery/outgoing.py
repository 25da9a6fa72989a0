"""A message as it leaves: words for people, fields for programs. Masked already."""

from dataclasses import dataclass
from datetime import datetime

import msgspec


class OutgoingAlert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert in a webhook."""

    alert_id: str
    rule_id: str
    title: str
    category: str
    severity: str
    status: str
    device: str
    raised_at: datetime
    evidence: tuple[str, ...]
    """Masked words around the finding; empty when the channel shows titles only."""


class OutgoingDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a webhook. Fields are added, never removed."""

    schema: int = 1
    id: str
    """The same at every try: who has seen it drops it."""
    kind: str
    """`alert`, `digest`, `escalation`, `test`."""
    store: str
    channel: str
    language: str
    title: str
    text: str
    count: int
    """Of alerts; `alerts` has the newest of them."""
    alerts: tuple[OutgoingAlert, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Once for all kinds of channels."""

    title: str
    lines: tuple[str, ...]
    """The most important first; what does not fit is left out."""
    footer: tuple[str, ...]
    """Always told."""
    document: OutgoingDocument

    @property
    def message_id(self) -> str:
        """Of every try."""
        return self.document.id

    def text(self, most_bytes: int, more: str = "…") -> str:
        """Title, lines and footer in so many bytes of UTF-8 at most; `more` stands for lines that did not fit."""
        room = most_bytes - _size((self.title, *self.footer)) - _size((more,))
        kept: list[str] = []
        for line in self.lines:
            room -= _size((line,))
            if room < 0:
                kept.append(more)
                break
            kept.append(line)
        whole = "\n".join((self.title, *kept, *self.footer))
        return whole.encode("utf-8")[:most_bytes].decode("utf-8", "ignore")


def _size(lines: tuple[str, ...]) -> int:
    return sum(len(line.encode("utf-8")) + 1 for line in lines)
