"""The parts without a screen: event pages, filters, columns, the shop's merging, and the app on a real terminal."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.app.event_pages import HEAD_KEPT, PAGE, PAGES_KEPT, EventPages
from console.app.filters import FilterError, event_query, parse_filter
from console.app.shop import ALERTS_KEPT, ALERTS_OVER, COMMANDS_KEPT, EVENTS_WAITING, Shop
from console.app.widgets.columns import GAP, Column, laid_out
from daemon.api.wire import AlertStatus, CommandState, Event, EventQuery, StreamItem, StreamKind

from . import sample_shop as sample


class Archive:
    """Answers pages as the daemon does, newest first."""

    def __init__(self, count: int) -> None:
        self.events = [sample.event(index) for index in range(count)]

    def page(self, query: EventQuery) -> tuple[Event, ...]:
        before = len(self.events) if query.before is None else query.before
        return tuple(reversed(self.events[max(before - query.limit, 0) : before]))


def fill(pages: EventPages, archive: Archive, position: int) -> None:
    query = pages.wanted(position)
    if query is not None:
        pages.put(query, archive.page(query))


@given(
    st.integers(0, 700), st.lists(st.one_of(st.integers(1, 150).map(lambda n: -n), st.integers(0, 800)), max_size=25)
)
def test_rows_are_the_archive_whatever_comes_in_between(count: int, steps: list[int]) -> None:
    archive, pages = Archive(count), EventPages()
    fill(pages, archive, 0)
    for step in steps:
        if step < 0:
            fresh = [sample.event(len(archive.events) + number) for number in range(-step)]
            archive.events.extend(fresh)
            pages.add_live(tuple(fresh))
            pages.add_live(tuple(fresh[:3]))
        else:
            fill(pages, archive, min(step, len(pages) - 1))
    while not pages.is_complete:
        fill(pages, archive, len(pages) - 1)
    shown = []
    for position in range(len(pages)):
        fill(pages, archive, position)
        event = pages.event(position)
        assert event is not None and pages.position_of(event.ledger_index) == position
        shown.append(event.ledger_index)
    assert shown == list(reversed(range(len(archive.events))))
    assert len(pages._head) <= HEAD_KEPT + PAGE and len(pages._kept) <= PAGES_KEPT


def test_live_events_may_come_before_the_first_page() -> None:
    archive, pages = Archive(250), EventPages()
    first = pages.wanted(0)
    assert first is not None
    archive.events.extend(sample.event(250 + number) for number in range(3))
    pages.add_live(tuple(archive.events[-3:]))
    pages.put(first, archive.page(first))
    fill(pages, archive, len(pages) - 1)
    fill(pages, archive, len(pages) - 1)
    indexes = [event.ledger_index for at in range(len(pages)) if (event := pages.event(at)) is not None]
    assert indexes == list(reversed(range(253)))


def test_filter_grammar() -> None:
    parsed = parse_filter('state：offline sev:>=high !vivo "li na" 12:30')
    assert parsed.pairs == (("state", "offline"), ("sev", ">=high"))
    assert parsed.negatives == ("vivo",) and parsed.words == ("li na", "12:30")
    assert parsed.admits("Li Na 12:30", {"state": ("adb offline",), "sev": (">=high",)})
    assert not parsed.admits("Li Na 12:30 vivo", {"state": ("adb offline",), "sev": (">=high",)})
    assert parse_filter("").is_empty and parse_filter('a "b').words == ("a", '"b')


@given(st.text(max_size=60))
def test_any_line_is_a_filter_or_is_refused_with_a_text(line: str) -> None:
    try:
        event_query(parse_filter(line), sample.devices())
    except FilterError as error:
        assert error.text_key.startswith("app.filter.")


def test_event_filters_name_one_phone() -> None:
    phones = sample.devices()
    assert event_query(parse_filter("device:lin kind:短信 conv:Cv_1 回扣 微信"), phones) == EventQuery(
        device=sample.LIN, kind="sms", conversation="Cv_1", text="回扣 微信"
    )
    assert event_query(parse_filter("客户：客户·7Q2FMK"), phones) == EventQuery(person="客户·7q2fmk")
    for line, key in (
        ("device:sim", "device_many"), ("device:none", "device_none"), ("kind:x", "unknown_kind"), ("!a", "no_not"),
        ("sev:high", "unknown_key"),
    ):  # fmt: skip
        with pytest.raises(FilterError) as caught:
            event_query(parse_filter(line), phones)
        assert caught.value.text_key == f"app.filter.{key}"


COLUMNS = st.lists(
    st.builds(
        lambda number, width, weight, most, drop: Column(
            key=str(number), title="", width=width, weight=weight, most=width + most, drop=drop
        ),
        st.integers(), st.integers(1, 20), st.integers(0, 5), st.integers(0, 60), st.integers(0, 5),
    ),
    min_size=1, max_size=10, unique_by=lambda column: column.key,
)  # fmt: skip


@given(COLUMNS, st.integers(0, 250))
def test_columns_fit_or_only_those_that_always_stay_are_left(columns: list[Column], width: int) -> None:
    layout = laid_out(columns, width)
    used = sum(cells + GAP for _, cells in layout)
    assert used <= width or all(column.drop == 0 for column, _ in layout)
    assert all(column.width <= cells <= max(column.most, column.width) for column, cells in layout)
    if any(column.weight and cells < column.most for column, cells in layout) and used <= width:
        assert used == width, "what is left over is given away"


def test_the_shop_is_bounded_and_keeps_what_matters() -> None:
    shop = Shop()
    settled = sample.alert(0, status=AlertStatus.RESOLVED)
    shop.put_alerts(
        msgspec.structs.replace(settled, alert_id=f"al_{number}") for number in range(ALERTS_KEPT + ALERTS_OVER)
    )
    assert len(shop.alerts) == ALERTS_KEPT + ALERTS_OVER
    shop.put_alerts(sample.alert(100_000 + number) for number in range(50))
    assert len(shop.alerts) == ALERTS_KEPT
    assert sum(alert.status is AlertStatus.OPEN for alert in shop.alerts.values()) == 50
    shop.put_commands(sample.command(number, state=CommandState.FAILED) for number in range(COMMANDS_KEPT * 2))
    shop.put_commands((sample.command(99_999),))
    assert len(shop.commands) == COMMANDS_KEPT and len(shop.pending_commands()) == 1
    for number in range(EVENTS_WAITING * 3):
        shop.apply(StreamItem(kind=StreamKind.EVENT, ledger_index=number, event=sample.event(number)))
    events, has_overflowed = shop.take_events()
    assert len(events) <= EVENTS_WAITING and has_overflowed
    assert shop.take_events() == ((), False)


@given(st.permutations([CommandState.QUEUED, CommandState.SENT, CommandState.ACKNOWLEDGED]))
def test_a_finished_command_stays_finished_in_any_order(order: list[CommandState]) -> None:
    shop = Shop()
    for state in order:
        shop.put_commands((msgspec.structs.replace(sample.command(1), state=state),))
    assert shop.commands["cm_0001"].state is CommandState.ACKNOWLEDGED


def test_on_a_real_terminal_it_starts_without_a_daemon_and_leaves_with_q(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from console.app.app import run_app;"
        "from console.app.settings import ConsoleOptions;"
        f"sys.exit(run_app(ConsoleOptions(socket=Path({str(tmp_path / 'api.sock')!r}), language='zh')))"
    )
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=theirs, stdout=theirs, stderr=theirs, env=environment, close_fds=True
    ) as process:
        os.close(theirs)
        seen, has_quit = b"", False
        end = time.monotonic() + 40
        while process.poll() is None and time.monotonic() < end:
            if select.select([ours], [], [], 0.2)[0]:
                try:
                    seen += os.read(ours, 65536)
                except OSError:
                    break
            if not has_quit and "守护进程尚未运行".encode() in seen:
                os.write(ours, b"q")
                has_quit = True
        process.wait(10)
        os.close(ours)
    assert has_quit and process.returncode == 0
    assert b"Traceback" not in seen
