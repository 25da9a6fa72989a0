"""The life of alerts: many at once, assigned, noted, muted, opened again; what others did meanwhile; older daemons."""

from datetime import timedelta

import msgspec
from textual.pilot import Pilot

from console.app.app import ShopwardenApp
from console.app.dialogs.alert import AlertDialog
from console.app.dialogs.ask import AskDialog
from console.app.dialogs.assign import NOBODY, OTHER, AssignDialog
from console.app.flows.alert_calls import LOT
from console.app.flows.alert_steps import AlertAct
from console.app.panes.alerts import AlertsPane
from console.app.widgets.footer import KeyFooter
from console.app.widgets.live_list import LiveList
from daemon.api.alert_life import AlertStep
from daemon.api.wire import AlertStatus, StreamItem, StreamKind

from . import sample_shop as sample
from .alert_desk import AlertDesk, old
from .fake_client import FakeClient
from .stage import running, screen_text, settled, shown, typed


def named(client: FakeClient) -> FakeClient:
    """A daemon that tells the caller's name."""
    client.hello = msgspec.structs.replace(client.hello, caller="mei")
    return client


def alerts_pane(app: ShopwardenApp) -> AlertsPane:
    pane = app.stage.current
    assert isinstance(pane, AlertsPane)
    return pane


async def press(pilot: Pilot[int], *keys: str) -> str:
    await pilot.press(*keys)
    await settled(pilot)
    assert isinstance(pilot.app, ShopwardenApp)
    return screen_text(pilot.app)


async def test_marked_ones_go_in_one_call_and_marks_stay_on_what_was_not_done() -> None:
    client = named(FakeClient())
    desk = AlertDesk(client)
    async with running(client) as (app, pilot):
        await press(pilot, "2", "space", "space", "space")
        pane = alerts_pane(app)
        desk.put("al_0004", status=AlertStatus.RESOLVED)
        text = await press(pilot, "a")
        assert desk.lots == [("al_0001", "al_0004", "al_0012")]
        assert "2 done, 1 not:" in text and "Invitation to private WeChat · al_0004: It cannot go there." in text
        await press(pilot, "escape")
        assert pane.marked == {"al_0004"}
        await press(pilot, "space")
        assert "Acknowledge 3 alert(s)" in "".join(run.what.plain for run in app.run_log)

        pane.marked = {"al_0001", "al_0012"}
        text = await press(pilot, "x")
        assert "Resolve 2 alert(s)" in text and "Kickback offered" in text
        await press(pilot, "escape")
        assert pane.marked == {"al_0001", "al_0012"}, "nothing was done"
        await press(pilot, "alt+z")
        assert isinstance(app.screen, AskDialog)
        await typed(pilot, "our own prices")
        text = await press(pilot, "enter")
        assert "2 alerts muted." in text and pane.marked == set()
        assert desk.alert("al_0012").status is AlertStatus.SUPPRESSED


async def test_an_alert_is_assigned_noted_and_opened_again() -> None:
    client = named(FakeClient())
    desk = AlertDesk(client)
    desk.put("al_0012", assignee="Chen")
    async with running(client, size=(160, 48)) as (app, pilot):
        await press(pilot, "2", "i")
        assert isinstance(app.screen, AssignDialog)
        offered = app.screen.query_one(LiveList).rows
        assert [offered.key_at(position) for position in range(len(offered))] == ["mei", "Chen", OTHER, NOBODY]
        await press(pilot, "enter")
        assert desk.alert("al_0001").assignee == "mei"
        await press(pilot, "alt+i", "down", "down", "enter")
        await typed(pilot, "Wang")
        text = await press(pilot, "enter")
        assert desk.alert("al_0001").assignee == "Wang" and "Looked after by" in text
        await press(pilot, "i", "end", "enter")
        assert desk.alert("al_0001").assignee is None

        await press(pilot, "n")
        await typed(pilot, "asked the customer")
        await press(pilot, "enter")
        assert desk.alert("al_0001").note == "asked the customer"
        assert desk.alert("al_0001").status is AlertStatus.OPEN, "a note leaves the status"

        assert "Not settled: it is open." in await press(pilot, "u")
        app.stage.current.table.move_to("al_0040")
        await press(pilot, "alt+u")
        assert client.calls("change_alert") == [("al_0040", AlertStatus.OPEN, None)]


async def test_who_was_first_is_news_and_no_mistake() -> None:
    client = FakeClient()
    desk = AlertDesk(client)
    async with running(client) as (app, pilot):
        await press(pilot, "2", "x")
        desk.put("al_0001", status=AlertStatus.RESOLVED, handled_by="Chen", handled_at=sample.NOW)
        client.errors["change_alert"] = old()
        client.errors["change_alert"].code = "alert.wrong_state"
        await typed(pilot, "done")
        assert "Chen was first: it is resolved by now." in await press(pilot, "enter")
        assert app.desk.shop.alerts["al_0001"].status is AlertStatus.RESOLVED


async def test_an_older_daemon_does_what_it_can_and_assigning_says_why_not() -> None:
    client = FakeClient()
    AlertDesk(client)
    client.errors["POST /v1/alerts/batch"] = old()
    client.errors["GET /v1/alerts/al_0001/history"] = old()
    client.errors["GET /v1/alerts/al_0001/history"].code = "request.no_such_route"
    async with running(client) as (app, pilot):
        text = await press(pilot, "2", "space", "space", "a")
        assert "2 alerts acknowledged." in text and len(client.calls("change_alert")) == 2
        flows = app.flows.alerts
        pane = alerts_pane(app)
        pane.marked = {"al_0001", "al_0004"}
        assert flows.why_not(AlertAct.ASSIGN, pane.chosen()) is None
        assert "too old" in await press(pilot, "i", "end", "enter")
        assert "too old" in (flows.why_not(AlertAct.ASSIGN, pane.chosen()) or "")
        app.stage.current.table.move_to("al_0001")
        assert "This daemon is too old" in await press(pilot, "enter")
        assert isinstance(app.screen, AlertDialog)
        client.go_online()
        await settled(pilot)
        assert flows.why_not(AlertAct.ASSIGN, pane.chosen()) is not None, "the same greeting"


async def test_the_page_of_an_alert_tells_its_history_and_follows_it() -> None:
    client = FakeClient()
    desk = AlertDesk(client)
    first = AlertStep(
        ledger_index=7, at=sample.ago(minutes=3), actor="mei", role="owner", assignee="Chen", is_assignment=True,
        from_status=AlertStatus.OPEN, to_status=AlertStatus.OPEN,
    )  # fmt: skip
    noted = msgspec.structs.replace(first, ledger_index=8, is_assignment=False, note="asked\x1b[31m her")
    settled_by = msgspec.structs.replace(noted, ledger_index=9, to_status=AlertStatus.RESOLVED, role=None, note=None)
    desk.steps = (first, noted, settled_by)
    async with running(client, size=(120, 48)) as (app, pilot):
        text = await press(pilot, "2", "enter")
        assert "mei (owner)  looked after by Chen" in text and "“asked" in text and "\x1b" not in text
        assert "○ open → ● resolved" in text and "Ack" in app.screen.query_one(KeyFooter).shown.plain
        later = sample.NOW + timedelta(seconds=1)
        changed = desk.put("al_0001", status=AlertStatus.RESOLVED, handled_by="Chen", handled_at=later)
        desk.steps = ()
        client.emit(StreamItem(kind=StreamKind.ALERT, ledger_index=None, alert=changed))
        text = await shown(app, pilot, "Nobody has touched it yet.")
        assert "● resolved · Chen" in text and "Nobody has touched it yet." in text
        assert "Ack" not in app.screen.query_one(KeyFooter).shown.plain
        assert "Already resolved" in await press(pilot, "a")


async def test_more_than_a_lot_shows_progress_and_every_lot_is_named_once() -> None:
    client = FakeClient()
    client.alert_list = [sample.alert(number) for number in range(1, 2 * LOT + 50)]
    desk = AlertDesk(client)
    async with running(client) as (app, pilot):
        await press(pilot, "2")
        pane = alerts_pane(app)
        pane.marked = set(app.desk.shop.alerts)
        n = len(pane.marked)
        text = await press(pilot, "a")
        assert [len(lot) for lot in desk.lots] == [LOT, LOT, n - 2 * LOT]
        assert len({one for lot in desk.lots for one in lot}) == n
        assert f"{n} alerts acknowledged." in text and pane.marked == set()
