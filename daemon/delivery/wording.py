"""Alerts in words, for people who may read them on somebody else's server: masked by the one door, and harmless there.

No name and no number of anybody leaves: of a detail it says what kind it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from policies.display import safe_display

from ..api.texts import Texts
from ..api.wire import Alert, Role
from ..archive.delivery_records import MessageKind, TakenMessage
from ..archive.records import ArchivedAlert
from ..rights.guard import PrivacyGuard
from ..rights.sight import Form
from ..views import alert_view
from .outgoing import Outgoing, OutgoingAlert, OutgoingDocument

MOST_LISTED: Final = 20
_MOST_EVIDENCE: Final = 3
_MOST_CHARACTERS: Final = 80
_HARMLESS: Final = str.maketrans({"<": "‹", ">": "›", "@": "＠", "[": "［", "]": "］", "`": "'", "*": "＊"})
"""A customer's text must not mention everybody in a group (`<at user_id="all">`), nor be a link or markup there."""


_HOST_DOT: Final = re.compile(r"(?<=[A-Za-z0-9])\.(?=[A-Za-z]{2})")
"""Chat programs make a link of `www.example.com` by themselves; of `3.5` they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Of one channel."""

    channel: str
    texts: Texts
    store: str
    guard: PrivacyGuard
    zone: tzinfo | None
    console: str | None
    has_evidence: bool

    async def message(self, taken: TakenMessage, alerts: Sequence[ArchivedAlert]) -> Outgoing:
        """`alerts`: those of it that are to be told, oldest first. Raises what the archive raises."""
        # Which form does not depend on who reads: nobody knows who is in a group.
        sight = await self.guard.sight(Role.ADMIN, self.texts, Form.KIND)
        shown = [alert_view(self.guard.alert_shown(one), None, sight) for one in alerts]
        more = taken.count - len(taken.alerts)
        count = len(shown) + more
        newest = sorted(shown, key=lambda one: one.raised_at, reverse=True)
        if taken.message.kind is MessageKind.ALERT:
            first = max(shown, key=_rank)
            title = self._line("title", severity=self._severity(first), title=harmless(first.title))
            lines = [self._place(first), *self._evidence(first)]
            if count > 1:
                lines.append(self._line("more_like_it", count=count - 1))
        else:
            kind = "digest" if taken.message.kind is MessageKind.DIGEST else "escalation"
            title = self._line(f"{kind}_title", count=count, severities=self._severities(shown))
            lines = [self._listed(one) for one in sorted(newest, key=_rank, reverse=True)[:MOST_LISTED]]
            if count > MOST_LISTED:
                lines.append(self._line("more", count=count - MOST_LISTED))
        if taken.count - more > len(shown):
            lines.append(self._line("handled", count=taken.count - more - len(shown)))
        return self._outgoing(taken.message.message_id, taken.message.kind.name.lower(), title, lines, newest, count)

    def test(self, message_id: str, now: datetime) -> Outgoing:
        """To see whether messages arrive."""
        title = self._line("test_title", channel=self.channel)
        lines = [self._line("test", at=self._time(now))]
        return self._outgoing(message_id, "test", title, lines, (), 0)

    def _outgoing(
        self, message_id: str, kind: str, title: str, lines: Sequence[str], newest: Sequence[Alert], count: int
    ) -> Outgoing:
        footer = [self._line("look")] if self.console is None else [self._line("look_at", console=self.console)]
        if count == 0:
            footer = []
        footer.append(self._line("message_id", store=harmless(self.store), id=message_id))
        document = OutgoingDocument(
            id=message_id,
            kind=kind,
            store=self.store,
            channel=self.channel,
            language=self.texts.language.value,
            title=title,
            text="\n".join((*lines, *footer)),
            count=count,
            alerts=tuple(self._alert(one) for one in newest),
        )
        return Outgoing(title=title, lines=tuple(lines), footer=tuple(footer), document=document)

    def _alert(self, alert: Alert) -> OutgoingAlert:
        return OutgoingAlert(
            alert_id=alert.alert_id,
            rule_id=alert.rule_id,
            title=alert.title,
            category=alert.category,
            severity=alert.severity.value,
            status=alert.status.value,
            device=alert.device,
            raised_at=alert.raised_at,
            evidence=tuple(self._surfaces(alert)),
        )

    def _place(self, alert: Alert) -> str:
        return self._line("place", device=harmless(alert.device), at=self._time(alert.raised_at), id=alert.alert_id)

    def _evidence(self, alert: Alert) -> list[str]:
        surfaces = self._surfaces(alert)
        return [self._line("evidence", text=" / ".join(surfaces))] if surfaces else []

    def _surfaces(self, alert: Alert) -> list[str]:
        if not self.has_evidence:
            return []
        found = (harmless(one.surface)[:_MOST_CHARACTERS].strip() for one in alert.evidence[:_MOST_EVIDENCE])
        return [one for one in found if one]

    def _listed(self, alert: Alert) -> str:
        return self._line(
            "listed",
            severity=self._severity(alert),
            title=harmless(alert.title),
            device=harmless(alert.device),
            at=self._time(alert.raised_at),
            id=alert.alert_id,
        )

    def _severities(self, alerts: Sequence[Alert]) -> str:
        counts: dict[str, int] = {}
        for one in sorted(alerts, key=_rank, reverse=True):
            counts[self._severity(one)] = counts.get(self._severity(one), 0) + 1
        return self._line("and").join(f"{name} {count}" for name, count in counts.items())

    def _severity(self, alert: Alert) -> str:
        return self._line(f"severity.{alert.severity.value}")

    def _time(self, moment: datetime) -> str:
        return moment.astimezone(self.zone).strftime("%m-%d %H:%M")

    def _line(self, key: str, **values: str | int) -> str:
        return self.texts.get(f"delivery.message.{key}", **values)


def _rank(alert: Alert) -> int:
    return _RANKS.index(alert.severity.value)


_RANKS: Final = ("info", "low", "medium", "high", "critical")


def harmless(text: str) -> str:
    """Mentions nobody, is no link and no markup, wherever it is shown."""
    cut = _HOST_DOT.sub("．", text.translate(_HARMLESS).replace("://", ": //"))
    return safe_display(cut, max(1, 2 * len(text)))
