"""Events: a virtual list over pages, live rows on top, filter, conversation, and the reveal that keeps nothing."""

import asyncio
import gc
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from textual.widgets import Input

from console.app.access import AccessMode
from console.app.dialogs.page import PageDialog, RevealedDialog
from console.app.panes.events import EventsPane
from console.app.panes.pane import FilterInput
from daemon.api.errors import ApiTimeoutError
from daemon.api.wire import Event, EventQuery, Role

from . import sample_shop as sample
from .fake_client import FakeClient, refused
from .stage import NARROW, ROOMY, running, screen_lines, screen_text, settled, typed

SECRET = "CANARY-13800000017-secret"


def live(number: int) -> Event:
    return sample.event(number, body=f"live number {number}", occurred_at=sample.NOW)


@pytest.mark.parametrize("size", [NARROW, ROOMY])
@pytest.mark.parametrize(("language", "words"), [
    ("en", ("500 records", "message", "absent", "contact", "[absent on the", "134****0059", "When", "→", "←")),
    ("zh", ("500 条记录", "消息", "已消失", "联系人", "[手机上已", "134****0059", "时间", "→", "←")),
])  # fmt: skip
async def test_records_are_shown_masked(language: str, words: tuple[str, ...], size: tuple[int, int]) -> None:
    async with running(FakeClient(language=language), language=language, size=size) as (app, pilot):
        await pilot.press("3")
        await settled(pilot)
        text = screen_text(app)
        for word in words:
            assert word in text, word


async def test_pages_come_as_they_are_scrolled_to_and_memory_stays_bounded() -> None:
    client = FakeClient()
    client.event_list = list(sample.events(3500))
    async with running(client) as (app, pilot):
        await pilot.press("3")
        await settled(pilot)
        assert len(client.calls("events")) == 1
        rows = app.stage.query_one(EventsPane).table
        async with asyncio.timeout(30):
            while rows.key != "0":
                rows.action_bottom()
                await pilot.pause(0.01)
        await settled(pilot)
        pages = app.stage.query_one(EventsPane).rows().pages
        assert pages.is_complete and len(pages) == 3500
        assert sum(len(page) for page in pages._kept.values()) <= 3000
        asked = len(client.calls("events"))
        await pilot.press("home")
        await settled(pilot)
        assert len(client.calls("events")) > asked, "the first page was dropped and is asked for again"
        assert rows.key == "3499" and "#3499" in screen_text(app)


async def test_new_records_appear_on_top_while_one_is_at_the_top() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        await pilot.press("3")
        await settled(pilot)
        client.emit_event(live(500))
        await settled(pilot)
        text = screen_text(app)
        assert "live number 500" in text.splitlines()[4] and "new (Home" not in text


async def test_what_is_read_stays_where_it_is() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        await pilot.press("3", "down", "down", "down")
        await settled(pilot)
        rows = app.stage.query_one(EventsPane).table
        key, before = rows.key, [line[:100].rstrip() for line in screen_text(app).splitlines()[4:12]]
        for number in range(500, 520):
            client.emit_event(live(number))
        await settled(pilot)
        text = screen_text(app)
        assert rows.key == key and "▲ 20 new" in text
        assert [line[:100].rstrip() for line in text.splitlines()[4:12]] == before
        await pilot.press("home")
        await settled(pilot)
        text = screen_text(app)
        assert "live number 519" in text and "▲" not in text.splitlines()[2]


async def test_pause_holds_new_records_back() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        await pilot.press("3", "ctrl+s")
        client.emit_event(live(500))
        await settled(pilot)
        text = screen_text(app)
        assert "live number 500" not in text and "paused, 1 new" in text
        await pilot.press("p")
        await settled(pilot)
        assert "live number 500" in screen_text(app)


async def test_a_flood_is_loaded_anew_instead_of_kept() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        for number in range(500, 4000):
            client.emit_event(live(number))
        await settled(pilot, 0.3)
        assert len(app.desk.shop._waiting) <= 1000
        await pilot.press("3")
        await settled(pilot)
        assert "live number 3999" in screen_text(app)


async def test_filters_become_the_daemons_query() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        await pilot.press("3", "slash")
        field = app.stage.query_one(EventsPane).query_one(FilterInput)
        field.value = "设备：lin kind:短信 积分"
        await pilot.press("enter")
        await settled(pilot)
        query = client.calls("events")[-1]
        assert isinstance(query, EventQuery)
        assert (query.device, query.kind, query.text) == (sample.LIN, "sms", "积分")
        body = screen_text(app).split("──")[0]
        assert "积分" in body and "Zhou Min" not in body


async def test_search_finds_new_records_by_asking_again() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        await pilot.press("3", "slash")
        await typed(pilot, "piaget")
        await pilot.press("enter")
        await settled(pilot)
        assert "Nothing fits" in screen_text(app)
        client.emit_event(sample.event(500, body="the piaget watch"))
        await settled(pilot, 1.7)
        assert "the piaget watch" in screen_text(app)


async def test_conversation_and_back() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        await pilot.press("3", "c")
        await settled(pilot)
        query = client.calls("events")[-1]
        assert isinstance(query, EventQuery) and query.conversation == "cv_3"
        assert "filter: conv:cv_3" in screen_text(app)
        await pilot.press("escape")
        await settled(pilot)
        assert "filter:" not in screen_text(app)


async def test_reveal_asks_for_a_reason_shows_and_keeps_nothing() -> None:
    client = FakeClient()
    client.secrets["ev_0499"] = SECRET
    async with running(client) as (app, pilot):
        await pilot.press("3", "v")
        await settled(pilot)
        assert "Why?" in screen_text(app) and "audit" in screen_text(app)
        await typed(pilot, "abcd")
        await pilot.press("enter")
        await settled(pilot)
        assert client.calls("reveal") == []
        await pilot.press("e", "enter")
        await settled(pilot)
        assert client.calls("reveal") == [(("ev_0499",), "abcde")]
        assert isinstance(app.screen, RevealedDialog) and SECRET in screen_text(app)
        await pilot.press("escape")
        await settled(pilot)
        assert SECRET not in app.export_screenshot()
        await pilot.press("1", "3")
        await settled(pilot)
        assert SECRET not in app.export_screenshot()
        gc.collect()
        assert not [one for one in gc.get_objects() if isinstance(one, RevealedDialog) and SECRET in one.body().plain]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_refused_reveal_is_explained(language: str) -> None:
    client = FakeClient(language=language)
    client.errors["reveal"] = refused()
    async with running(client, language=language) as (app, pilot):
        await pilot.press("3", "f9")
        await typed(pilot, "abcde")
        await pilot.press("enter")
        await settled(pilot)
        text = screen_text(app)
        assert type(app.screen) is PageDialog and "Your role may not do this." in text
        assert ("owner and reviewer" if language == "en" else "店主和复核员") in text


async def test_a_reveal_that_times_out_is_a_toast() -> None:
    client = FakeClient()
    client.errors["reveal"] = ApiTimeoutError("daemon.timeout", "No answer in time.", "Try again.", 4)
    async with running(client) as (app, pilot):
        await pilot.press("3", "v")
        await typed(pilot, "abcde")
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen is app.stage and "No answer in time." in screen_text(app)


@pytest.mark.parametrize(("mode", "role", "why"), [
    (AccessMode.READ_ONLY, Role.OWNER, "read-only"), (AccessMode.FULL, Role.ADMIN, "role “admin”"),
])  # fmt: skip
async def test_who_may_not_reveal_is_told_why(mode: AccessMode, role: Role, why: str) -> None:
    client = FakeClient(role=role)
    async with running(client, mode=mode) as (app, pilot):
        await pilot.press("3", "v")
        await settled(pilot)
        assert app.screen is app.stage and why in screen_text(app)
        assert "v Reveal" not in screen_text(app).splitlines()[-1]


async def test_records_that_may_not_be_read_say_why() -> None:
    client = FakeClient(role=Role.ADMIN)
    client.errors["events"] = refused()
    async with running(client) as (app, pilot):
        await pilot.press("3")
        await settled(pilot)
        assert "Your role here is “admin”" in screen_text(app)


async def test_enter_opens_the_record() -> None:
    async with running(FakeClient()) as (app, pilot):
        await pilot.press("3", "enter")
        await settled(pilot)
        assert "ev_0499 · #499" in screen_text(app) and app.screen is not app.stage


async def test_jump_to_a_time_and_home_again() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        await pilot.press("3", "J")
        await settled(pilot)
        await typed(pilot, "soon")
        await pilot.press("enter")
        await settled(pilot)
        assert "no time yet" in screen_text(app) and app.screen is not app.stage
        app.screen.query_one("#answer", Input).value = "2h"
        await pilot.press("enter")
        await settled(pilot)
        query = client.calls("events")[-1]
        assert isinstance(query, EventQuery) and query.until == sample.NOW - timedelta(hours=2)
        rows = app.stage.query_one(EventsPane).table
        first = rows.key
        assert first == "379" and "back (Home: live)" in screen_lines(app)[2]
        client.emit_event(live(500))
        await settled(pilot)
        assert rows.key == first and "▲ 1 new" in screen_lines(app)[2]
        await pilot.press("c")
        await settled(pilot)
        query = client.calls("events")[-1]
        assert isinstance(query, EventQuery) and query.conversation and query.until, "a filter stays at the time"
        await pilot.press("escape")
        await pilot.press("home")
        await settled(pilot)
        assert "live number 500" in screen_text(app) and "Home" not in screen_lines(app)[2]
        await pilot.press("ctrl+g")
        await settled(pilot)
        await typed(pilot, "2001-01-01")
        await pilot.press("enter")
        await settled(pilot)
        assert "from before that time" in screen_text(app)
        await pilot.press("escape")
        await settled(pilot)
        assert "live number 500" in screen_text(app)


async def test_a_record_is_copied_and_the_list_exported_page_by_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    client = FakeClient()
    client.secrets["ev_0499"] = SECRET
    async with running(client) as (app, pilot):
        await pilot.press("3", "y")
        assert app.clipboard == "姐，加我薇❤信 w***8，款式图发您"
        await pilot.press("y", "y")
        assert msgspec.json.decode(app.clipboard, type=Event).event_id == "ev_0499"
        await pilot.press("E")
        await settled(pilot)
        app.screen.query_one("#answer", Input).value = "all.json"
        await pilot.press("enter")
        await settled(pilot, 0.2)
        written = msgspec.json.decode((tmp_path / "all.json").read_bytes(), type=list[Event])
        assert [event.ledger_index for event in written] == list(range(499, -1, -1))
        assert "500 rows written" in screen_text(app) and SECRET not in (tmp_path / "all.json").read_text()
        await pilot.press("E")
        await settled(pilot)
        client.errors["events"] = refused()
        await pilot.press("enter")
        await settled(pilot, 0.1)
        assert "Your role may not do this." in screen_text(app) and not list(tmp_path.glob("*.csv"))
