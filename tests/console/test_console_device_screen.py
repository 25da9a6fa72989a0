"""A phone's own screen: six tabs, live, masked; and what it says where the daemon or the phone has nothing to tell."""

import msgspec
from textual.widgets import Button, Input

from console.app.dialogs.device_tabs import TimeList
from daemon.api.connecting import PairingReport
from daemon.api.figures import FigureName as Name
from daemon.api.figures import Figures, FigureSeries, Measure, Unit
from daemon.api.requests import ConnectReport, ConnectRequest, EndEnrolmentRequest
from daemon.api.timeline import TimelineItem, TimelinePage, TimelinePlace
from daemon.api.wire import ClockChange, CommandState, Enrolment, EnrolRequest, Verb

from . import sample_shop as sample
from .fake_client import FakeClient, refused
from .stage import NARROW, chosen, running, screen_text, settled, typed


def battery(*values: float) -> Figures:
    starts = tuple(sample.ago(minutes=10 * (len(values) - number)) for number in range(len(values)))
    series = FigureSeries(label=sample.LIN, measure=Measure.LAST, unit=Unit.PERCENT, values=values)
    return Figures(
        name=Name.BATTERY, bucket_s=600, since=sample.ago(hours=48), until=sample.NOW, starts=starts,
        series=(series,) if values else (), known_since=sample.ago(hours=3),
    )  # fmt: skip


def page(first: int, count: int, *, has_more: bool = False) -> TimelinePage:
    items = tuple(
        TimelineItem(
            event=sample.event(number, body=f"line {number}"),
            at=sample.ago(minutes=500 - number),
            phone_at=None,
            employee=None,
            trace=None,
            replaced_by=None,
            original=None,
            alerts=(),
            recording=None,
            marks_before=(),
        )
        for number in range(first, first + count)
    )
    earlier = TimelinePlace(at=items[0].at, ledger_index=first) if has_more else None
    return TimelinePage(items=items, marks_after=(), anchor=None, devices=(sample.LIN,), earlier=earlier, later=None)


def client_of_lin(language: str = "en") -> FakeClient:
    client = FakeClient(language=language)
    change = ClockChange(read_at=sample.ago(hours=5), offset_ms=-180_000, utc_offset_min=480)
    known = msgspec.structs.replace(
        client.device_list[0], clock_changes=(change,), system="HyperOS 1.0", timezone="Asia/Shanghai"
    )
    client.answers["GET", f"/v1/devices/{sample.LIN}"] = lambda body: known
    client.answers["GET", "/v1/figures"] = lambda body: battery(90, 70, 64)
    client.command_list = [
        sample.command(1, reason="taxi", state=CommandState.ACKNOWLEDGED, result_text="locked"),
        sample.command(2, device=sample.HE),
    ]
    return client


async def test_every_tab_shows_its_part_of_the_phone() -> None:
    client = client_of_lin()
    timeline = [page(300, 60, has_more=True), page(200, 60)]
    client.answers["POST", "/v1/timeline"] = lambda body: timeline.pop(0)
    async with running(client) as (app, pilot):
        app.stage.current.table.move_to(sample.LIN)
        await pilot.press("enter")
        await settled(pilot)
        text = screen_text(app)
        assert app.screen.query("#device")
        for word in ("Lin Xiaoyu · SIM0001LIN", "HyperOS 1.0", "the phone's clock is 3m behind", "UTC+08:00", "64%",
                     "Battery since", "least 64%", "Asia/Shanghai"):  # fmt: skip
            assert word in text, word
        client.emit_device(msgspec.structs.replace(client.device_list[0], battery_pct=9))
        await settled(pilot, 0.6)
        text = screen_text(app)
        assert " 9%" in text and "3m behind" in text, "live, and what only the answer knew stays"

        await pilot.press("right")
        await settled(pilot)
        assert "Developer options → USB debugging (Security settings) on" in screen_text(app)
        await pilot.press("3")
        await settled(pilot)
        assert client.calls("events")[-1].device == sample.LIN  # type: ignore[attr-defined]
        assert "手镯" in screen_text(app)
        client.event_list.append(sample.event(900, body="just arrived"))
        client.emit_device(msgspec.structs.replace(client.device_list[0], events=1201))
        await settled(pilot, 0.6)
        assert "just arrived" in screen_text(app)
        await pilot.press("v")
        await settled(pilot)
        assert "Reveal the content of this record?" in screen_text(app)
        await pilot.press("escape", "4")
        await settled(pilot)
        text = screen_text(app)
        assert "line 359" in text and "line 300" not in text
        rows = app.screen.query_one(TimeList)
        stays = "ev_0359"
        if len(rows.rows) == 60:  # what lies above may be asked for ahead of the key
            stays = "ev_0300"
            await pilot.press("home")
        await settled(pilot)
        await settled(pilot)
        assert len(rows.rows) == 120 and rows.key == stays, "more came above, the cursor stayed"
        await pilot.press("5")
        await settled(pilot)
        text = screen_text(app)
        assert "● acknowledged" in text and "taxi" in text
        assert len(app.screen.query_one("#device-commands").rows) == 1  # type: ignore[attr-defined]
        await pilot.press("6")
        await settled(pilot)
        assert '"serial": "SIM0001LIN"' in screen_text(app)
        await pilot.press("right", "left", "left", "escape")
        await settled(pilot)
        assert app.screen is app.stage and app.stage.current.table.key == sample.LIN


async def test_a_phone_of_whom_nothing_is_known_and_an_older_daemon() -> None:
    client = FakeClient(language="zh")
    client.errors["events"] = refused()
    hostile = "\x1b]52;c;ZXZpbA==\x07[red]假\u202e装\x9b2J"
    client.device_list = tuple(msgspec.structs.replace(one, profile=hostile) for one in client.device_list)
    async with running(client, language="zh", size=NARROW) as (app, pilot):
        app.stage.current.table.move_to(sample.STRANGER)
        await pilot.press("enter")
        await settled(pilot)
        text = screen_text(app)
        assert "撤销 USB 调试授权" in text and "守护进程版本过旧" in text
        for digit, words in (("2", "尚未检测"), ("3", "Ask the owner."), ("5", "还没有向这台手机下发过命令")):
            await pilot.press(digit)
            await settled(pilot)
            text = screen_text(app)
            assert words in text, digit
            assert "[red]" in text and not set("\x1b\x9b\u202e") & set(text)
        assert client.calls("command") == []
        client.errors.pop("events")
        client.event_list = []
        await pilot.press("6")
        await settled(pilot)
        assert r"\u001b]52" in screen_text(app), "what it sent, and harmless"
        await pilot.press("3")
        await settled(pilot)
        assert "还没有这台手机的消息存档" in screen_text(app)


async def test_the_menu_tells_what_can_be_done_and_why_the_rest_cannot() -> None:
    client = client_of_lin()
    async with running(client) as (app, pilot):
        app.stage.current.table.move_to(sample.HE)
        await pilot.press("a")
        await settled(pilot)
        text = screen_text(app)
        assert app.screen.query("#menu") and "Show a message" in text
        await pilot.press("down")
        await settled(pilot)
        assert "Not online: waits up to 10m." in screen_text(app)
        await chosen(app, pilot, "enrol")
        text = screen_text(app)
        assert app.screen.query("#menu") and "He Jia is enrolled already." in text, "what cannot be done is not taken"
        await chosen(app, pilot, "refetch")
        assert app.screen is app.stage and "He Jia: Refetch queued" in screen_text(app)
        asked = client.calls("command")[-1]
        assert (asked.verb, asked.expires_in_s) == (Verb.REFETCH, 600)  # type: ignore[attr-defined]

        app.stage.current.table.move_to(sample.LIN)
        await pilot.press("a", "end", "up", "enter")
        await settled(pilot)
        assert "Type “SIM0001LIN” to confirm" in screen_text(app)
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen is app.stage, "the focus was on Cancel"

        app.stage.current.table.move_to(sample.STRANGER)
        await chosen(app, pilot, "enrol")
        assert "Still missing: Employee, Version of the notice, Acknowledged by" in screen_text(app)
        await typed(pilot, "Sun")
        await pilot.press("enter")
        await typed(pilot, "v2")
        await pilot.press("enter", "enter")
        await settled(pilot)
        assert "Still missing: Acknowledged by" in screen_text(app), "enter goes on, and does not confirm too early"
        await typed(pilot, "Sun Yue")
        record = Enrolment(
            serial=sample.STRANGER, employee="Sun", notice_version="v2", notice_sha256="0" * 64,
            acknowledged_by="Sun Yue", acknowledged_at=sample.NOW, enrolled_by="owner", enrolled_at=sample.NOW,
            scope=("sms",), ended_at=None,
        )  # fmt: skip
        client.answers["POST", "/v1/enrolments"] = lambda body: record
        await pilot.press("enter")
        await settled(pilot)
        (filled,) = client.calls("POST /v1/enrolments")
        assert isinstance(filled, EnrolRequest)
        assert (filled.serial, filled.employee, filled.notice_version) == (sample.STRANGER, "Sun", "v2")
        assert "collecting starts" in screen_text(app)


async def test_an_enrolment_ends_only_with_the_serial_typed_and_phones_are_reached_by_address_or_code() -> None:
    client = client_of_lin()
    path = f"/v1/enrolments/{sample.LIN}/end"
    client.errors[f"POST {path}"] = refused()
    client.answers["POST", "/v1/connections"] = lambda body: ConnectReport(outcome="failed")
    client.answers["POST", "/v1/pairings/code"] = lambda body: PairingReport(
        pairing_id="", state="wrong_code", is_over=True
    )
    async with running(client) as (app, pilot):
        app.stage.current.table.move_to(sample.LIN)
        await pilot.press("a", "end", "up", "enter")
        await settled(pilot)
        name = app.screen.query_one("#ladder-name", Input)
        name.focus()
        await settled(pilot)
        for written, is_dead in (("SIM0001LI", True), ("N", False)):
            name.focus()
            await pilot.pause()
            await typed(pilot, written)
            app.screen.query_one("#answer", Input).value = "left the shop"
            await pilot.pause()
            assert app.screen.query_one("#confirm", Button).disabled is is_dead
        app.screen.query_one("#confirm", Button).focus()
        await pilot.press("enter")
        await settled(pilot)
        assert client.calls(f"POST {path}") == [EndEnrolmentRequest(reason="left the shop")]
        assert "Your role may not do this." in screen_text(app)

        for act, fields, words in (
            ("connect", ("10.0.0.9:5555",), "10.0.0.9:5555: "),
            ("pair", ("10.0.0.9:40001", "123456"), "not paired: the code is wrong"),
        ):
            await chosen(app, pilot, act)
            for field in fields:
                await typed(pilot, field)
                await pilot.press("enter")
            await settled(pilot)
            assert words in screen_text(app)
        assert client.calls("POST /v1/connections") == [ConnectRequest(address="10.0.0.9:5555")]
        client.go_offline()
        await settled(pilot)
        await pilot.press("a")
        await settled(pilot)
        assert "Not without the daemon." in screen_text(app)
