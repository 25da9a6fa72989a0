"""The timeline screen: opened from a record or an alert, growing at both ends, empty, refused, offline."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeVar

import pytest

from console.app.dialogs.page import PageDialog
from console.app.dialogs.timeline import TimelineScreen
from console.app.filters import FilterError, event_query, parse_filter
from daemon.api.errors import ApiClientError
from daemon.api.timeline import (
    MarkKind,
    TimelineAlert,
    TimelineItem,
    TimelineMark,
    TimelinePage,
    TimelinePlace,
    TimelineQuery,
)
from daemon.api.wire import AlertStatus, Direction, Severity, Trace
from daemon.api.wire_base import Wire

from . import sample_shop as sample
from .fake_client import FakeClient, unreachable
from .stage import NARROW, ROOMY, running, screen_text, settled

AnswerT = TypeVar("AnswerT")
EVENTS = 290


class TimelineClient(FakeClient):
    """Answers timelines from `stretch`, by ledger index."""

    def __init__(self, *, language: str = "en", events: int = EVENTS) -> None:
        super().__init__(language=language)
        self.stretch = [item(number) for number in range(events)]
        self.anchor = 200

    async def call(
        self,
        method: str,
        path: str,
        answer: type[AnswerT],
        *,
        body: Wire | None = None,
        query: Mapping[str, str] | None = None,
        timeout_s: float = 1.0,
    ) -> AnswerT:
        assert path == "/v1/timeline" and isinstance(body, TimelineQuery)
        self._asked("timeline", body)
        at = self.anchor if body.place is None else body.place.ledger_index
        first, last = max(0, at - body.before), min(len(self.stretch), at + body.after)
        page = TimelinePage(
            items=tuple(self.stretch[first:last]),
            marks_after=(),
            anchor=self.stretch[self.anchor].event.event_id if self.stretch else None,
            devices=("SIM0001",),
            earlier=self.place(first) if first > 0 else None,
            later=self.place(last) if last < len(self.stretch) else None,
        )
        assert isinstance(page, answer)
        return page

    def place(self, number: int) -> TimelinePlace:
        return TimelinePlace(at=sample.NOW, ledger_index=number)


def item(number: int, *, clock: bool = False) -> TimelineItem:
    at = sample.NOW - timedelta(minutes=5 * (EVENTS - number))
    event = sample.event(number, body=f"stretch {number} 手镯", occurred_at=at)
    mark = TimelineMark(kind=MarkKind.CLOCK_CHANGED, at=at, device="SIM0001", text="clock was ahead 时钟")
    alert = TimelineAlert(alert_id="al_1", rule_id="kickback", severity=Severity.HIGH, status=AlertStatus.OPEN)
    return TimelineItem(
        at=at,
        phone_at=at + timedelta(hours=1) if number == 201 else None,
        event=event,
        employee="林小雨",
        trace=Trace.EDITED if number == 199 else None,
        replaced_by="ev_new" if number == 199 else None,
        original=None,
        alerts=(alert,) if number == 202 else (),
        recording=None,
        marks_before=(mark,) if number == 201 else (),
    )


@pytest.mark.parametrize(("language", "size", "words"), [
    ("en", ROOMY, ("Around it", "[edited]", "— clock was ahead", "high")),
    ("zh", NARROW, ("前后记录", "[已修改]", "— clock was ahead 时钟", "高")),
])  # fmt: skip
async def test_the_conversation_around_a_record(language: str, size: tuple[int, int], words: tuple[str, ...]) -> None:
    client = TimelineClient(language=language)
    async with running(client, language=language, size=size) as (app, pilot):
        await pilot.press("3", "t")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, TimelineScreen)
        assert screen.table.key == client.stretch[200].event.event_id
        assert "▶" in screen_text(app) and "stretch 200" in screen_text(app)
        await pilot.press("up", "down", "down", "down", "down")
        await settled(pilot)
        text = screen_text(app)
        for word in words:
            assert word in text, word
        screen.table.action_top()
        for _ in range(3):
            await settled(pilot)
            screen.table.action_top()
        assert screen.table.key == client.stretch[0].event.event_id
        for _ in range(3):
            screen.table.action_bottom()
            await settled(pilot)
        assert screen.table.key == client.stretch[-1].event.event_id
        assert len(screen.table.rows) == EVENTS + 1, "every record once, and the mark"
        asked = len(client.calls("timeline"))
        await pilot.press("up", "down")
        await settled(pilot)
        assert len(client.calls("timeline")) == asked, "both ends are there"
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, PageDialog)
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert app.screen_stack == [app.stage]


@pytest.mark.parametrize(("error", "words"), [(unreachable(), "No daemon answers")])
async def test_an_error_is_said_and_asked_again(error: ApiClientError, words: str) -> None:
    client = TimelineClient()
    client.errors["timeline"] = error
    async with running(client) as (app, pilot):
        await pilot.press("2", "t")
        await settled(pilot)
        assert words in screen_text(app)
        del client.errors["timeline"]
        await pilot.press("r")
        await settled(pilot)
        assert "stretch 200" in screen_text(app) and words not in screen_text(app)
        assert client.calls("timeline")[0].event_id.startswith("ev_")  # type: ignore[attr-defined]


async def test_nothing_archived_is_said() -> None:
    client = TimelineClient(events=0)
    async with running(client) as (app, pilot):
        await pilot.press("3", "t")
        await settled(pilot)
        assert "Nothing is archived" in screen_text(app)
        await pilot.press("q")
        await settled(pilot)
        assert app.screen is app.stage


def test_the_filter_line_knows_every_filter() -> None:
    def query(line: str) -> object:
        return event_query(parse_filter(line), sample.devices("zh"), sample.NOW)

    chinese, english = (
        query("从:3天 方向:收 号码:13800000017 状态:消失 带:告警 带:附件 手镯"),
        query("since:3d dir:in peer:13800000017 state:absent with:alert with:file 手镯"),
    )
    assert chinese == english
    assert chinese.since == sample.NOW - timedelta(days=3)  # type: ignore[attr-defined]
    assert chinese.direction is Direction.IN and chinese.has_alerts and chinese.has_attachments  # type: ignore[attr-defined]
    for nonsense in ("since:soonish", "dir:up", "with:love", "state:open", "since:1d until:2d"):
        with pytest.raises(FilterError):
            query(nonsense)
