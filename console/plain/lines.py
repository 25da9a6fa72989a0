"""A phone, an alert, a record: each as one sentence, and as a short paragraph when it is asked for."""

from collections.abc import Iterable

from daemon.api.texts import Texts
from daemon.api.wire import Alert, Device, Event, Severity

from ..app.times import Times

GRAVE = frozenset({Severity.HIGH, Severity.CRITICAL})
"""Told as they come."""


class Lines:
    """In one language."""

    def __init__(self, texts: Texts, times: Times) -> None:
        self._texts = texts
        self._times = times

    def say(self, key: str, **values: str | int) -> str:
        """A text `app.plain.…`."""
        return self._texts.get(f"app.plain.{key}", **values)

    def device(self, device: Device) -> str:
        """Who uses it, its state, its battery, what waits."""
        say = self.say
        parts = [device.employee or say("not_enrolled"), device.serial]
        parts.append(self._texts.get(f"app.availability.{device.availability}"))
        if device.battery_pct is not None:
            parts.append(say("battery", n=device.battery_pct))
        if device.open_alerts:
            parts.append(say("open_alerts", n=device.open_alerts))
        return self._joined(parts)

    def device_detail(self, device: Device) -> Iterable[str]:
        """Beside its sentence."""
        yield self.device(device)
        yield self.say("profile", profile=device.profile)
        if device.last_seen_at is not None:
            yield self.say("last_seen", when=self._times.both(device.last_seen_at))
        for line in device.capabilities:
            yield f"{line.name}: {self._texts.get(f'app.permits.{line.availability}')}"
        if device.connect_advice:
            yield device.connect_advice

    def alert(self, alert: Alert) -> str:
        """How grave, how it stands, whose, when, what."""
        return self._joined(
            [
                self._texts.get(f"app.severity.{alert.severity}"),
                self._texts.get(f"app.status.{alert.status}"),
                alert.employee or alert.device,
                self._times.both(alert.raised_at),
                alert.title,
            ]
        )

    def alert_detail(self, alert: Alert) -> Iterable[str]:
        """Beside its sentence: what it is based on."""
        yield self.alert(alert)
        yield self.say("rule", rule=alert.rule_id)
        for evidence in alert.evidence:
            yield self.say("evidence", text=evidence.surface)
        if alert.note:
            yield self.say("note", name=alert.handled_by or "–", note=alert.note)

    def event(self, event: Event) -> str:
        """When, whose phone, with whom, what: masked as the daemon tells it."""
        return self._joined(
            [
                self._times.both(event.occurred_at),
                event.device,
                self._texts.get(f"app.kind.{event.kind}"),
                self.say(f"direction.{event.direction}"),
                event.peer,
                event.body,
            ]
        )

    def _joined(self, parts: Iterable[str]) -> str:
        return self.say("comma").join(part for part in parts if part)
