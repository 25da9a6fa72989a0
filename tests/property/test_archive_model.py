"""Any sequence of readings, absences, returns, edits and handling, against a model of a few dictionaries."""

import asyncio
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from adb_bridge.records import Source
from daemon.api.wire import AlertStatus
from daemon.archive.drafts import AlertFilter, EventFilter
from daemon.archive.errors import IllegalTransitionError
from daemon.archive.fulltext import find_spans, fold, match_expression
from daemon.events import EventId, EventKind
from tests.archive_kit import (
    PHONE,
    StepClock,
    absence,
    archive_in,
    enrolment,
    id_of,
    ingest_of,
    open_archive,
    sms,
    verdict,
    whole_text,
)

T = TypeVar("T")

KEYS = st.integers(min_value=1, max_value=6)
BODIES = st.sampled_from([b"a", b"b", "回扣".encode(), None])
LEGAL = {
    AlertStatus.OPEN: {AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED, AlertStatus.SUPPRESSED},
    AlertStatus.ACKNOWLEDGED: {AlertStatus.OPEN, AlertStatus.RESOLVED, AlertStatus.SUPPRESSED},
    AlertStatus.RESOLVED: {AlertStatus.OPEN},
    AlertStatus.SUPPRESSED: {AlertStatus.OPEN},
}


@dataclass
class Model:
    """What must be so."""

    events: dict[EventId, int | None] = field(default_factory=dict)
    """Row by event; None for a finding of absence."""
    now: dict[int, EventId] = field(default_factory=dict)
    """What each row is on the phone, as far as was read."""
    gone: set[EventId] = field(default_factory=set)
    alerts: dict[EventId, AlertStatus] = field(default_factory=dict)
    cursor: str | None = None


class ArchiveMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.directory = tempfile.TemporaryDirectory()
        self.clock = StepClock()
        self.model = Model()
        self.turn = 0
        self.archive = open_archive(Path(self.directory.name), clock=self.clock)
        self.run(self.archive.add_enrolment(enrolment()))

    def run(self, work: Coroutine[None, None, T]) -> T:
        return self.loop.run_until_complete(work)

    def next_cursor(self) -> str:
        self.turn += 1
        self.model.cursor = f"c{self.turn}"
        self.clock.advance(1)
        return self.model.cursor

    @rule(rows=st.lists(st.tuples(KEYS, BODIES), max_size=4), is_judged=st.booleans())
    def read(self, rows: list[tuple[int, bytes | None]], *, is_judged: bool) -> None:
        events = [sms(key, body) for key, body in rows]
        verdicts = [verdict()] if is_judged else []
        committed = self.run(self.archive.ingest(ingest_of(events, cursor=self.next_cursor(), verdicts=verdicts)))
        before = len(self.model.events)
        for (key, _), event in zip(rows, events, strict=True):
            event_id = id_of(event)
            if event_id not in self.model.events:
                self.model.events[event_id] = key
                if is_judged:
                    self.model.alerts[event_id] = AlertStatus.OPEN
            self.model.gone.discard(event_id)
            self.model.now[key] = event_id
        assert committed.new_events == len(self.model.events) - before

    @rule(key=KEYS, body=BODIES)
    def miss(self, key: int, body: bytes | None) -> None:
        at = self.clock.now() + timedelta(milliseconds=1)
        finding = absence(sms(key, body), at=at)
        ingest = ingest_of([finding], cursor=self.next_cursor(), absent_keys=(str(key),))
        committed = self.run(self.archive.ingest(ingest))
        was = self.model.now.pop(key, None)
        if was is None:
            assert committed.new_events == 0
        else:
            assert committed.new_events == 1
            self.model.gone.add(was)
            self.model.events[id_of(finding)] = None

    @rule(data=st.data(), to=st.sampled_from(list(AlertStatus)))
    def handle(self, data: st.DataObject, to: AlertStatus) -> None:
        if not self.model.alerts:
            return
        event_id = data.draw(st.sampled_from(sorted(self.model.alerts)))
        alert = next(
            alert
            for alert in self.run(self.archive.alerts(AlertFilter(limit=1_000)))
            if alert.archived.event.event_id == event_id
        )
        current = self.model.alerts[event_id]
        try:
            self.run(self.archive.alert_life.change(alert.alert_id, to, actor="wei", note=None))
        except IllegalTransitionError:
            assert to is not current
            assert to not in LEGAL[current]
        else:
            assert to is current or to in LEGAL[current]
            self.model.alerts[event_id] = to

    @rule()
    def restart(self) -> None:
        self.run(self.archive.close())
        self.archive = open_archive(Path(self.directory.name), clock=self.clock)

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "archive"):
            return
        model = self.model
        stored = self.run(self.archive.events(EventFilter(limit=1_000)))
        assert {one.event.event_id for one in stored} == set(model.events)
        assert len(stored) == len(model.events) == self.run(self.archive.counts()).events
        assert {one.event.event_id for one in stored if one.absent_since is not None} == model.gone
        current = {
            int(one.event.source_key): one.event.event_id
            for one in stored
            if one.absent_since is None and one.replaced_by is None and one.event.kind is not EventKind.ABSENCE
        }
        assert current == model.now
        assert self.run(self.archive.present_ids(PHONE, Source.SMS, 0, 10)) == set(model.now)
        assert self.run(self.archive.cursor(PHONE, Source.SMS)) == model.cursor
        alerts = self.run(self.archive.alerts(AlertFilter(limit=1_000)))
        assert {alert.archived.event.event_id: alert.status for alert in alerts} == model.alerts
        assert self.run(self.archive.verify()).problem is None

    def teardown(self) -> None:
        if hasattr(self, "archive"):
            self.run(self.archive.close())
            self.loop.close()
            self.directory.cleanup()


ArchiveMachine.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestArchive = pytest.mark.slow(ArchiveMachine.TestCase)


ALPHABET = st.sampled_from("微信加我买好货，a bWx1234５ＡＢ。é\U00020bb7🙂")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(ALPHABET, max_size=12), min_size=1, max_size=20),
    queries=st.lists(st.text(ALPHABET, max_size=4), max_size=10),
)
def test_search_finds_what_reading_everything_would(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], queries: list[str]
) -> None:
    """But for Latin words, which are found from their beginning, and queries without a letter or digit."""
    directory = tmp_path_factory.mktemp("search")

    async def check() -> None:
        async with archive_in(directory) as archive:
            await archive.ingest(ingest_of([sms(key, text.encode()) for key, text in enumerate(texts)]))
            for query in queries:
                page = await archive.search(query, EventFilter(limit=1_000), visible=whole_text)
                found = {int(one.archived.event.source_key) for one in page.found}
                words = tuple(fold(query).split())
                read = {key for key, text in enumerate(texts) if find_spans(words, fold(text)) is not None}
                assert found <= read
                if match_expression(query) is not None and not any(is_latin(character) for character in fold(query)):
                    assert found == read

    asyncio.run(check())


def is_latin(character: str) -> bool:
    return character in "abwxé"
