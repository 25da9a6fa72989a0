"""Search and filters against reading everything; timelines against sorting everything."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adb_bridge.records import DeviceSerial, Source
from daemon.archive.clocks import ClockReading
from daemon.archive.codes import to_micros
from daemon.archive.drafts import EventFilter, HeldSpan, NumberSearch, Trace
from daemon.archive.fulltext import find_spans, fold
from daemon.archive.phone_time import PhoneTime
from daemon.archive.records import ArchivedEvent
from daemon.archive.timeline import TimelineScope
from daemon.archive.timeline_streams import Place, Row, span_of, spot_of
from daemon.events import CollectedEvent, Direction, EventKind
from tests.archive_kit import NOON, OTHER_PHONE, PHONE, StepClock, archive_in, ingest_of, sms, whole_text

ALPHABET = st.sampled_from("好货微信，。の さカ한글a b1２3\U00020bb7\U0002a6d6🙂é_")
LATIN_OR_NO_WORD = "abé_🙂，。 "
"""Latin words are found from their beginning; the rest is in no term of the index."""
NUMBERS = ("13800000017", "+86 139-0000-0018", "10086")
SLOW = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
HOURS = st.integers(0, 24 * 80)


@st.composite
def corpora(draw: st.DrawFn) -> list[CollectedEvent]:
    found: list[CollectedEvent] = []
    for key in range(draw(st.integers(1, 25))):
        device = draw(st.sampled_from((PHONE, OTHER_PHONE)))
        event = sms(
            key,
            draw(st.text(ALPHABET, max_size=12)).encode(),
            device=device,
            address=draw(st.sampled_from(NUMBERS)).encode(),
            at=NOON - timedelta(hours=draw(HOURS)),
            kind=draw(st.sampled_from((1, 2))),
        )
        found.append(event)
    return found


@st.composite
def filters(draw: st.DrawFn) -> EventFilter:
    def maybe(strategy: st.SearchStrategy[object]) -> object:
        return draw(st.one_of(st.none(), st.none(), strategy))

    held = maybe(
        st.lists(
            st.builds(
                HeldSpan,
                device=st.sampled_from((PHONE, OTHER_PHONE)),
                since=st.one_of(st.none(), st.just(NOON - timedelta(days=9))),
                until=st.one_of(st.none(), st.just(NOON - timedelta(days=3))),
            ),
            max_size=2,
        )
    )
    return EventFilter(
        device=maybe(st.sampled_from((PHONE, OTHER_PHONE, DeviceSerial("nobody")))),  # type: ignore[arg-type]
        held=None if held is None else tuple(held),  # type: ignore[arg-type]
        kind=maybe(st.sampled_from((EventKind.MESSAGE, EventKind.CALL))),  # type: ignore[arg-type]
        source=maybe(st.just(Source.SMS)),  # type: ignore[arg-type]
        since=maybe(st.builds(lambda hours: NOON - timedelta(hours=hours), HOURS)),  # type: ignore[arg-type]
        until=maybe(st.builds(lambda hours: NOON - timedelta(hours=hours), HOURS)),  # type: ignore[arg-type]
        direction=maybe(st.sampled_from(Direction)),  # type: ignore[arg-type]
        peer_key=maybe(st.sampled_from(("+8613800000017", "+8613900000018", "10086", "+860"))),  # type: ignore[arg-type]
        trace=maybe(st.sampled_from(Trace)),  # type: ignore[arg-type]
        has_alerts=draw(st.sampled_from((False, False, False, True))),
        has_attachments=draw(st.sampled_from((False, False, False, True))),
        limit=1_000,
    )


def admits(wanted: EventFilter, one: ArchivedEvent) -> bool:
    """What a filter says, read plainly. The corpora have no attachments and no alerts."""
    event = one.event
    held = wanted.held is None or any(
        span.device == event.device
        and (span.since is None or event.received_at >= span.since)
        and (span.until is None or event.received_at < span.until)
        for span in wanted.held
    )
    traces = {Trace.ABSENT: one.absent_since, Trace.EDITED: one.replaced_by}
    return (
        held
        and wanted.device in {None, event.device}
        and wanted.kind in {None, event.kind}
        and wanted.source in {None, event.source}
        and wanted.direction in {None, event.direction}
        and wanted.peer_key in {None, event.peer_key}
        and (wanted.since is None or event.occurred_at >= wanted.since)
        and (wanted.until is None or event.occurred_at < wanted.until)
        and (wanted.trace is None or traces[wanted.trace] is not None)
        and not wanted.has_alerts
        and not wanted.has_attachments
    )


@settings(max_examples=5, deadline=None, suppress_health_check=SLOW)
@given(
    corpus=corpora(),
    queries=st.lists(st.tuples(st.text(ALPHABET, min_size=1, max_size=4), filters()), min_size=8, max_size=8),
    page=st.integers(1, 4),
)
def test_filters_and_words_find_what_reading_everything_would(
    tmp_path_factory: pytest.TempPathFactory,
    corpus: list[CollectedEvent],
    queries: list[tuple[str, EventFilter]],
    page: int,
) -> None:
    directory = tmp_path_factory.mktemp("search")

    async def check() -> None:
        async with archive_in(directory, enrolled=(PHONE, OTHER_PHONE)) as archive:
            for device in (PHONE, OTHER_PHONE):
                rows = [event for event in corpus if event.device == device]
                await archive.ingest(ingest_of(rows, device=device))
                edited = [sms(int(event.source_key), b"edited", device=device) for event in rows[:2]]
                await archive.ingest(ingest_of(edited, device=device))
                await archive.ingest(ingest_of([], device=device, absent_keys=tuple(e.source_key for e in rows[2:3])))
            everything = await archive.events(EventFilter(limit=1_000))
            for text, wanted in queries:
                fitting = [one for one in everything if admits(wanted, one)]
                assert list(await archive.events(wanted)) == fitting
                found = await archive.search(text, wanted, visible=whole_text, numbers=NumberSearch.NONE)
                words = tuple(fold(text).split())
                read = [one for one in fitting if words and find_spans(words, fold(one.event.text)) is not None]
                indexes = [one.archived.ledger_index for one in found.found]
                if not any(
                    character.isalpha() and character.isascii() or character in "é_🙂，。" for character in text
                ):
                    assert indexes == [one.ledger_index for one in read]
                else:
                    assert set(indexes) <= {one.ledger_index for one in read}
            text, wanted = queries[0]
            whole = [one.archived.ledger_index for one in (
                await archive.search(text, wanted, visible=whole_text)).found]  # fmt: skip
            paged: list[int] = []
            before: int | None = None
            while True:
                one_page = await archive.search(text, replace(wanted, limit=page, before=before), visible=whole_text)
                paged += [one.archived.ledger_index for one in one_page.found]
                before = one_page.next_before
                if before is None:
                    break
            assert paged == whole

    asyncio.run(check())


READINGS = st.lists(st.tuples(st.integers(0, 400), st.sampled_from((0, 3_600_000, -7_200_000, 86_400_000))), max_size=4)


@settings(max_examples=5, deadline=None, suppress_health_check=SLOW)
@given(
    claims=st.lists(st.tuples(st.integers(-30, 400), st.booleans()), min_size=1, max_size=40),
    readings=READINGS,
    size=st.integers(1, 7),
    start=st.integers(-40, 420),
)
def test_a_timeline_walks_every_event_once_in_order_of_our_clock(
    tmp_path_factory: pytest.TempPathFactory,
    claims: list[tuple[int, bool]],
    readings: list[tuple[int, int]],
    size: int,
    start: int,
) -> None:
    directory = tmp_path_factory.mktemp("timeline")
    clock = StepClock()

    async def check() -> None:
        async with archive_in(directory, clock=clock, enrolled=(PHONE, OTHER_PHONE)) as archive:
            kept: list[tuple[int, int]] = []
            for hours, offset_ms in sorted(readings):
                reading = ClockReading(read_at=NOON + timedelta(hours=hours), offset_ms=offset_ms, utc_offset_min=480)
                if await archive.clocks.note(PHONE, reading):
                    kept.append((to_micros(reading.read_at), offset_ms * 1000))
            for device in (PHONE, OTHER_PHONE):
                rows = [
                    replace(
                        sms(key, f"{key}".encode(), device=device, at=NOON + timedelta(hours=hours)),
                        received_at=NOON + timedelta(hours=hours if is_live else hours + 30, seconds=5),
                    )
                    for key, (hours, is_live) in enumerate(claims)
                ]
                await archive.ingest(ingest_of(rows, device=device))
            wanted = _sorted(await archive.events(EventFilter(limit=1_000)), PhoneTime(kept))
            for scope in (
                TimelineScope(peer_keys=("+8613800000017",)),
                TimelineScope(held=(HeldSpan(device=PHONE), HeldSpan(device=OTHER_PHONE))),
            ):
                place = Place(at_us=to_micros(NOON + timedelta(hours=start)))
                first = await archive.timeline.slice(scope, place, before=size, after=size)
                walked = list(first.events)
                has_more = first.has_earlier
                edge = Place(at_us=to_micros(walked[0].at), ledger_index=walked[0].archived.ledger_index)
                while has_more:
                    page = await archive.timeline.slice(scope, edge, before=size, after=0)
                    assert page.events
                    walked[:0] = page.events
                    has_more = page.has_earlier
                    edge = Place(at_us=to_micros(walked[0].at), ledger_index=walked[0].archived.ledger_index)
                has_more = first.has_later
                while has_more:
                    edge = Place(at_us=to_micros(walked[-1].at), ledger_index=walked[-1].archived.ledger_index + 1)
                    page = await archive.timeline.slice(scope, edge, before=0, after=size)
                    assert page.events
                    walked += page.events
                    has_more = page.has_later
                assert [(to_micros(one.at), one.archived.ledger_index) for one in walked] == wanted

    asyncio.run(check())


def _sorted(events: Sequence[ArchivedEvent], of_phone: PhoneTime) -> list[tuple[int, int]]:
    right = PhoneTime([])
    found: list[tuple[int, int]] = []
    for one in events:
        time = of_phone if one.event.device == PHONE else right
        row = Row(one.ledger_index, _us(one.event.occurred_at), _us(one.event.received_at), 1, 1)
        spot = spot_of(row, span_of(time, row))
        found.append((spot.place.at_us, one.ledger_index))
    return sorted(found)


def _us(moment: datetime) -> int:
    return to_micros(moment)
