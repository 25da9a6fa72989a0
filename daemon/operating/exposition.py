"""Figures in Prometheus' text form. Labels come from enums of ours: no serial, name or number is in here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from .meters import BOUNDS_S, Meters

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
Word = TypeVar("Word", bound=str)
_BOUND_NAMES: Final = (*map(str, BOUNDS_S), "+Inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What is so at this moment."""

    version: str
    started_at_s: float
    """Since 1970."""
    devices: Mapping[str, int]
    """Enrolled phones by state."""
    commands: Mapping[str, int]
    """By state, of those that are kept."""
    open_alerts: Mapping[str, int]
    """By severity."""
    events: int
    """In the archive."""
    ledger_size: int
    queue_depth: int
    """Units that wait for the writer or the rules."""
    writer_busy_s: float
    store_bytes: Mapping[str, int]
    """`archive`, `log`."""
    free_bytes: int
    is_disk_full: bool
    stuck: str | None
    last_backup_at_s: float | None
    """None: never."""


def exposition(levels: Levels, meters: Meters) -> bytes:
    """The whole page."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Page(levels, meters))
    return generate_latest(registry)


class _Page(Collector):
    def __init__(self, levels: Levels, meters: Meters) -> None:
        self._levels = levels
        self._meters = meters

    def collect(self) -> Iterable[Metric]:
        yield from _of_now(self._levels)
        yield from _since_start(self._meters)


def _of_now(levels: Levels) -> Iterator[Metric]:
    yield _by("build_info", "Version that runs.", "version", {levels.version: 1})
    yield _one("start_time_seconds", "When this run began, seconds since 1970.", levels.started_at_s)
    yield _by("devices", "Enrolled phones.", "state", levels.devices)
    yield _by("commands", "Commands to phones that are kept.", "status", levels.commands)
    yield _by("open_alerts", "Alerts that nobody closed.", "severity", levels.open_alerts)
    yield _one("archived_events", "Records in the archive.", levels.events)
    yield _one("ledger_entries", "Entries of the ledger.", levels.ledger_size)
    yield _one("queue_depth", "Units that wait for the rules or the writer.", levels.queue_depth)
    yield _one("writer_busy_seconds", "How long the writer has been at one group.", levels.writer_busy_s)
    yield _by("store_bytes", "Size of the archive's files.", "part", levels.store_bytes)
    yield _one("disk_free_bytes", "Room on the archive's disk.", levels.free_bytes)
    yield _one("disk_full", "1 while collecting waits for room.", int(levels.is_disk_full))
    yield _one("stuck", "1 while the watchdog is not pinged.", int(levels.stuck is not None))
    if levels.last_backup_at_s is not None:
        yield _one("last_backup_timestamp", "Last good backup, seconds since 1970.", levels.last_backup_at_s)


def _since_start(meters: Meters) -> Iterator[Metric]:
    yield _counter("events", "New records since the start.", "source", meters.events)
    yield _counter("verdicts", "Alerts raised since the start.", "severity", meters.verdicts)
    yield _counter("collector_failures", "Readings that failed.", "collector", meters.failures)
    yield _counter("restarts", "Restarts of the daemon's own tasks.", "task", meters.restarts)
    yield _by("last_success_timestamp", "Last good reading, seconds since 1970.", "collector", meters.last_success_at_s)
    seconds = HistogramMetricFamily("shopwarden_collector_seconds", "Time of a reading.", labels=["collector"])
    for source, durations in sorted(meters.readings.items()):
        buckets = list(zip(_BOUND_NAMES, map(float, accumulate(durations.counts)), strict=True))
        seconds.add_metric([source.value], buckets, durations.sum_s)
    yield seconds


def _one(name: str, text: str, level: float) -> Metric:
    return GaugeMetricFamily(f"shopwarden_{name}", text, value=level)


def _by(name: str, text: str, label: str, levels: Mapping[Word, float] | Mapping[Word, int]) -> Metric:
    family = GaugeMetricFamily(f"shopwarden_{name}", text, labels=[label])
    for word, level in sorted(levels.items()):
        family.add_metric([str(word)], level)
    return family


def _counter(name: str, text: str, label: str, counts: Mapping[Word, int]) -> Metric:
    family = CounterMetricFamily(f"shopwarden_{name}", text, labels=[label])
    for word, count in sorted(counts.items()):
        family.add_metric([str(word)], count)
    return family
