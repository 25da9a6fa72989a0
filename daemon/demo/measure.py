"""Watches the API stream while the scenario plays and says how it went."""

import asyncio
import math
from dataclasses import dataclass, field
from datetime import datetime

from adb_bridge.clock import Clock
from adb_bridge.simphone.fleet import Emission

from ..api.client import ApiClient
from ..api.wire import Alert, EventQuery, StreamKind, Wire
from .stage import Stage

DRAIN_S = 15.0

RecordKey = tuple[str, str, str]
"""Device, source and the row's key on the phone."""


class LatencyMs(Wire, frozen=True, kw_only=True):
    """From the moment a phone holds the record to its alert on the API stream. None without alerts."""

    p50: float | None
    p95: float | None


class DemoSummary(Wire, frozen=True, kw_only=True):
    """What `demo --headless` prints."""

    phones: int
    events: int
    alerts: int
    alert_latency_ms: LatencyMs
    ledger_verified: bool
    seconds: float
    alerts_measured: int
    """Alerts on records that the live script made, the base of the latencies."""
    alerts_expected: int
    """Records of the live script that the scenario marks as deserving an alert."""
    alerts_missed: int
    records_on_phones: int
    records_missing: int
    """On a phone at the end and not in the archive."""


@dataclass(slots=True)
class AlertWatch:
    """Collects the arrival time of the first alert for each record."""

    clock: Clock
    arrived_at: dict[RecordKey, datetime] = field(default_factory=dict)

    async def run(self, client: ApiClient) -> None:
        """Read the stream until cancelled."""
        async for item in client.stream(None):
            if item.kind is StreamKind.ALERT and item.alert is not None:
                self.arrived_at.setdefault(key_of(item.alert), self.clock.now())


def key_of(alert: Alert) -> RecordKey:
    """Where the judged record lives on its phone."""
    return (alert.device, alert.source, alert.source_key)


def key_of_emission(emission: Emission) -> RecordKey:
    """Where the emitted record lives on its phone."""
    return (emission.serial, emission.source, emission.source_key)


def percentile(sorted_values: list[float], share: float) -> float | None:
    """Nearest-rank percentile; None without values."""
    if not sorted_values:
        return None
    return sorted_values[max(1, math.ceil(len(sorted_values) * share)) - 1]


async def settle(running: Stage, client: ApiClient, watch: AlertWatch) -> None:
    """Wait, at most `DRAIN_S`, until every expected alert arrived and every record of every phone is archived."""
    try:
        async with asyncio.timeout(DRAIN_S):
            while True:
                if await _is_settled(running, client, watch):
                    return
                await asyncio.sleep(0.2)
    except TimeoutError:
        return


async def _is_settled(running: Stage, client: ApiClient, watch: AlertWatch) -> bool:
    if not set(expected_keys(running)) <= watch.arrived_at.keys():
        return False
    if not all(device.backfill_done for device in await client.devices()):
        return False
    return not records_on_phones(running) - await archived_keys(client)


def records_on_phones(running: Stage) -> set[RecordKey]:
    """What the phones' own providers show now."""
    return {
        (phone.spec.serial, source, key) for phone in running.fleet.phones for source, key in phone.store.visible_keys()
    }


async def archived_keys(client: ApiClient) -> set[RecordKey]:
    """What the archive holds, asked page by page."""
    keys: set[RecordKey] = set()
    before: int | None = None
    while page := await client.events(EventQuery(limit=1000, before=before)):
        keys.update((event.device, event.source, event.source_key) for event in page)
        before = min(event.ledger_index for event in page)
    return keys


def expected_keys(running: Stage) -> list[RecordKey]:
    """Records of the live script that the scenario marks as deserving an alert."""
    return [key_of_emission(emission) for emission in running.fleet.emissions if emission.expects_alert]
