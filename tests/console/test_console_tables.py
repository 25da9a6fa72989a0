"""Lists: order, columns, marks, filters with a name, copies and files. One app answers several questions."""

import csv
import io
import stat
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from textual.widgets import Input

from console.app.app import ShopwardenApp
from console.app.ordering import Order
from console.app.panes.alerts import AlertsPane
from console.app.panes.item_pane import ItemPane
from console.app.panes.pane import FilterInput, Pane
from daemon.api.wire import Alert, AlertStatus, Severity

from . import sample_shop as sample
from .fake_client import FakeClient
from .stage import ROOMY, running, screen_lines, screen_text, settled, typed


def keys_of(app: ShopwardenApp) -> list[str]:
    rows = app.stage.current.table.rows
    return [key for at in range(len(rows)) if (key := rows.key_at(at)) is not None]


def status_line(app: ShopwardenApp) -> str:
    return screen_lines(app)[2]


def pane_of(app: ShopwardenApp) -> Pane:
    return app.stage.current


async def test_order_by_letter_and_by_title_and_nothing_jumps() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        await pilot.press("2")
        await settled(pilot)
        own = keys_of(app)
        assert own == ["al_0001", "al_0004", "al_0012", "al_0040"] and "sorted" not in status_line(app)
        await pilot.press("N")
        await settled(pilot)
        by_name = keys_of(app)
        assert by_name == ["al_0040", "al_0001", "al_0004", "al_0012"], "He, Lin, Lin, Zhou; those alike stay in order"
        assert "sorted: Who ▲" in status_line(app) and "Who▲" in screen_lines(app)[3].replace(" ", "")
        assert app.desk.settings.sort["alerts"] == "who"
        await pilot.press("N")
        await settled(pilot)
        assert keys_of(app) == ["al_0012", "al_0001", "al_0004", "al_0040"] and "Who ▼" in status_line(app)

        title = screen_lines(app)[3].index("Raised")
        await pilot.click(offset=(title, 3))
        await settled(pilot)
        assert app.desk.settings.sort["alerts"] == "-raised", "latest first"
        assert keys_of(app) == ["al_0001", "al_0004", "al_0012", "al_0040"]
        await pilot.click(offset=(title, 3))
        await settled(pilot)
        assert keys_of(app) == ["al_0040", "al_0012", "al_0004", "al_0001"]

        await pilot.press("down")
        for number in range(5):
            client.emit_alert(sample.alert(100 + number, raised_at=sample.ago(hours=9, minutes=number)))
        await settled(pilot)
        assert app.stage.current.table.key == "al_0012" and keys_of(app)[:5] == [f"al_010{n}" for n in (4, 3, 2, 1, 0)]
        await pilot.press("p")
        client.emit_alert(sample.alert(200))
        await pilot.press("S")
        await settled(pilot)
        assert "al_0200" not in keys_of(app) and "paused, 1 new" in status_line(app)
        assert keys_of(app)[0] == "al_0001", "worst first, also during a pause"


async def test_columns_are_chosen_moved_and_all_shown() -> None:
    async with running(FakeClient()) as (app, pilot):
        await pilot.press("2", "o")
        await settled(pilot)
        assert "Columns and order" in screen_text(app)
        await pilot.press("down", "space", "shift+down", "enter", "escape")
        await settled(pilot)
        titles = screen_lines(app)[3].split()
        assert "Raised" not in titles and app.desk.settings.sort["alerts"] == "-raised"
        await pilot.press("w")
        await settled(pilot)
        assert "all columns" in status_line(app)
        severity = screen_lines(app)[3].split()[0]
        for _ in range(12):
            await pilot.press("right")
        await settled(pilot)
        titles = screen_lines(app)[3].split()
        assert titles == [severity, "Raised▼"], "the first column stays, the last one, which was hidden, is there"
        assert max(map(len, screen_lines(app))) <= ROOMY[0]
        for _ in range(12):
            await pilot.press("left")
        await pilot.press("w", "o", "d", "escape")
        await settled(pilot)
        assert "Raised" in screen_lines(app)[3] and "sorted" not in status_line(app)
        await pilot.press("o")
        for _ in range(9):
            await pilot.press("space", "down")
        await pilot.press("escape")
        await settled(pilot)
        assert screen_lines(app)[3].strip() == "Looked after", "the last column cannot be hidden"


async def test_marks_outlive_a_filter_and_say_so() -> None:
    async with running(FakeClient()) as (app, pilot):
        await pilot.press("2", "asterisk")
        await settled(pilot)
        pane = pane_of(app)
        assert isinstance(pane, AlertsPane) and len(pane.marked) == 4
        assert pane.set_filter("sev:>=high")
        await settled(pilot)
        assert "2 of 4" in status_line(app) and "4 marked, 2 of them hidden by the filter" in status_line(app)
        assert [alert.alert_id for alert in pane.chosen()] == ["al_0001", "al_0004", "al_0012", "al_0040"]
        await pilot.press("asterisk")
        assert pane.marked == set()
        pane.set_filter("")
        await pilot.press("home", "shift+down", "shift+down")
        await settled(pilot)
        assert pane.marked == {"al_0001", "al_0004", "al_0012"} and "hidden" not in status_line(app)


CONDITIONS = (
    ("sev:>=high", (1, 4)), ("sev:<high", (12, 40)), ("级别：＞＝高", (1, 4)), ("sev:critical,low", (1, 40)),
    ("!sev:critical,low", (4, 12)), ("sev:=high", (4,)), ("age:>10m", (12, 40)), ("age:<=4m", (1, 4)),
    ("多久:5分钟", (1, 4)), ("rule:absent,wechat", (4, 12)), ("!employee:lin", (12, 40)),
    ("employee:lin !sev:critical", (4,)), ("since:10m", (1, 4)), ("until:10m sev:medium", (12,)),
)  # fmt: skip
UNUSABLE = (
    ("sevv:high", ("“sevv”", "“sev”", "assignee")), ("peer:138", ("no filter “peer”", "employee")),
    ("age:soon", ("“soon” does not fit age",)), ("sev:>loud", ("does not fit sev",)), ("since:xx", ("no time",)),
)  # fmt: skip


async def test_conditions_and_what_is_said_of_those_that_cannot_be_used() -> None:
    async with running(FakeClient()) as (app, pilot):
        await pilot.press("2")
        await settled(pilot)
        pane = pane_of(app)
        for line, numbers in CONDITIONS:
            assert pane.set_filter(line), line
            assert keys_of(app) == [f"al_{number:04d}" for number in numbers], line
        pane.set_filter("")
        for line, words in UNUSABLE:
            assert not pane.set_filter(line), line
            await settled(pilot)
            for word in words:
                assert word in screen_text(app), (line, word)
            assert "outcome" not in screen_text(app), "that is a key of the audit"
            app.clear_notifications()
        assert len(keys_of(app)) == 4
        await pilot.press("1")
        await settled(pilot)
        pane = pane_of(app)
        for line, serials in (
            ("battery:<=41", {sample.ZHOU, sample.HE}), ("!battery:>0", {sample.STRANGER}), ("age:>1h", {sample.HE}),
        ):  # fmt: skip
            assert pane.set_filter(line)
            assert set(keys_of(app)) == serials, line


async def test_a_filter_is_tried_while_it_is_typed_and_given_up_by_escape() -> None:
    async with running(FakeClient()) as (app, pilot):
        await pilot.press("2", "slash")
        await typed(pilot, "sev:>=hi")
        await settled(pilot, 0.25)
        assert len(keys_of(app)) == 4, "half a line is no mistake"
        await typed(pilot, "gh")
        await settled(pilot, 0.25)
        assert len(keys_of(app)) == 2 and isinstance(app.focused, FilterInput)
        await pilot.press("escape")
        await settled(pilot)
        assert len(keys_of(app)) == 4 and "filter:" not in status_line(app)

        await pilot.press("slash")
        await typed(pilot, "sev:>=high")
        await pilot.press("enter", "F")
        await settled(pilot)
        assert "No filter is saved" in screen_text(app)
        await typed(pilot, "grave")
        await pilot.press("enter", "escape", "escape")
        await settled(pilot)
        assert app.desk.settings.filters["alerts"] == {"grave": "sev:>=high"} and len(keys_of(app)) == 4
        await pilot.press("F", "enter")
        await settled(pilot)
        assert len(keys_of(app)) == 2 and "filter: sev:>=high" in status_line(app)
        await pilot.press("alt+f", "d", "escape")
        await settled(pilot)
        assert app.desk.settings.filters["alerts"] == {}


async def test_copies_grow_from_cell_to_row_to_json_and_cannot_act() -> None:
    client = FakeClient()
    hostile = sample.alert(2, title="a\x1b]52;c;QQ==\x07\u202eb", employee="Lin\tXiaoyu", raised_at=sample.NOW)
    client.alert_list = [hostile]
    async with running(client) as (app, pilot):
        await pilot.press("2", "y")
        assert app.clipboard == "◆ high"
        await pilot.press("y")
        row = app.clipboard
        assert row.count("\t") == 6 and "\x1b" not in row and "\u202e" not in row and "Lin Xiaoyu" in row
        await pilot.press("y")
        copied = app.clipboard
        assert copied.isprintable() and msgspec.json.decode(copied, type=Alert) == hostile
        await settled(pilot)
        assert "Copied as JSON" in screen_text(app) and "terminals" in screen_text(app)
        await pilot.press("y")
        assert app.clipboard == "◆ high"


async def test_a_file_of_what_is_shown_is_masked_private_and_never_overwrites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    client = FakeClient()
    client.alert_list[0] = msgspec.structs.replace(client.alert_list[0], title='=HYPERLINK("x")')
    async with running(client) as (app, pilot):
        await pilot.press("2")
        await settled(pilot)
        pane_of(app).set_filter("sev:>=high")
        await pilot.press("E", "enter")
        await settled(pilot, 0.1)
        (made,) = tmp_path.glob("shopwarden-alerts-*.csv")
        assert stat.S_IMODE(made.stat().st_mode) == 0o600 and "2 rows written" in screen_text(app)
        titles, *rows = csv.reader(io.StringIO(made.read_text("utf-8-sig")))
        assert titles[:3] == ["Severity", "Raised", "Who"] and len(rows) == 2
        assert any(cell.startswith("'=HYPERLINK") for cell in rows[0]) and not any("138001" in one for one in rows[1])

        await pilot.press("E")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert "nothing is overwritten" in screen_text(app) and app.screen is not app.stage
        field = app.screen.query_one("#answer", Input)
        for name, why in (("list.txt", "must end in"), ("nowhere/list.csv", "no such folder")):
            field.value = name
            await settled(pilot)
            assert why in screen_text(app)
        field.value = "list.json"
        await pilot.press("enter")
        await settled(pilot, 0.1)
        alerts = msgspec.json.decode((tmp_path / "list.json").read_bytes(), type=list[Alert])
        assert [alert.alert_id for alert in alerts] == ["al_0001", "al_0004"]


async def test_work_grows_with_what_is_visible_and_not_with_what_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        await pilot.press("2")
        severities = list(Severity)
        shop = app.desk.shop
        for number in range(3000):
            made = sample.alert(
                1000 + number, severity=severities[number % 5], raised_at=sample.NOW - timedelta(minutes=number)
            )
            shop.alerts[made.alert_id] = made
        pane = pane_of(app)
        assert isinstance(pane, AlertsPane)
        pane.refresh_rows()
        await settled(pilot)
        counted = {"cells": 0, "refresh": 0, "values": 0, "state": 0}

        def count(owner: object, method: str, name: str) -> None:
            real = getattr(owner, method)

            def counting(*given: object) -> object:
                counted[name] += 1
                return real(*given)

            monkeypatch.setattr(owner, method, counting)

        count(pane._rows, "_cells", "cells")
        count(pane, "sort_value", "values")
        visible = pane.table.visible_rows
        pane.table.refresh()
        await pilot.pause(0.05)
        assert counted["cells"] <= visible + 2
        await pilot.press("S")
        await settled(pilot)
        assert counted["values"] == 3004
        await pilot.press("S", "end", "home", "pagedown")
        await settled(pilot)
        assert counted["values"] == 3004, "no value is worked out again while its row is the same"

        count(pane, "refresh_rows", "refresh")
        for number in range(100):
            client.emit_alert(sample.alert(9000 + number, status=AlertStatus.OPEN))
        await pilot.pause(0.1)
        app.repaint_now()
        assert counted["refresh"] <= 2 and counted["values"] == 3104
        await pilot.pause(0.3)
        counted.update(cells=0, refresh=0)
        await pilot.pause(0.7)
        assert counted["refresh"] == 0 and counted["cells"] == 0, "nothing changed, nothing is drawn"


def test_an_order_survives_its_word() -> None:
    for order in (Order(column="who", is_descending=True), Order(column="", is_descending=False)):
        assert Order.of_word(order.word) == order
    assert ItemPane.FILTERS_LIVE and not Pane.FILTERS_LIVE
