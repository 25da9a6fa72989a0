"""Telling phones something: forms, batches, the seconds in which esc takes it back, approvals, decisions, wipes."""

import msgspec
from textual.widgets import Button, Checkbox, Input

from console.app.dialogs.command import CommandScreen
from console.app.dialogs.consent import ConsentDialog
from console.app.dialogs.fields import packages_in, span_s
from console.app.dialogs.ladder import LadderDialog
from daemon.api.batches import Approval, BatchRequest, Decision
from daemon.api.wiping import WipeVerdict
from daemon.api.wire import (
    CommandRequest,
    CommandState,
    LostParameters,
    MessageParameters,
    RingParameters,
    Role,
    Verb,
    WipeParameters,
)

from . import sample_shop as sample
from .command_desk import CommandDesk
from .fake_client import FakeClient, refused
from .stage import NARROW, chosen, running, screen_text, settled, typed


def shop(**settings: object) -> tuple[FakeClient, CommandDesk]:
    client = FakeClient(**settings)  # type: ignore[arg-type]
    return client, CommandDesk(client)


async def test_the_menu_says_what_this_phone_can_and_each_form_asks_what_it_needs() -> None:
    client, _ = shop()
    async with running(client, size=NARROW) as (app, pilot):
        app.stage.current.table.move_to(sample.LIN)
        await pilot.press("a")
        await settled(pilot)
        await chosen(app, pilot, "freeze", "f24")
        text = screen_text(app)
        assert "not possible on this phone: Android 9 does not." in text
        assert "By hand:" in text and "Disable" in text
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen.query("#menu"), "it is not even asked for"
        await chosen(app, pilot, "ring", "f24")
        assert "somebody is on the phone" in screen_text(app), "later it may be possible: it is offered"
        await pilot.press("enter")
        await settled(pilot)
        assert app.focused is app.screen.query_one("#field-ring_s")
        for wrong in ("0", "121", "x", ""):
            app.screen.query_one("#field-ring_s", Input).value = wrong
            await pilot.pause()
            assert app.screen.query_one("#confirm", Button).disabled, wrong
        app.screen.query_one("#field-ring_s", Input).value = "45"
        app.screen.query_one("#field-expires", Input).value = "30m"
        await pilot.press("enter", "enter", "enter")
        await settled(pilot)
        request = client.calls("command")[-1]
        assert isinstance(request, CommandRequest)
        assert (request.verb, request.parameters) == (Verb.RING, RingParameters(duration_s=45))
        assert request.expires_in_s == 1800 and request.idempotency_key

        await chosen(app, pilot, "message")
        await typed(pilot, "请尽快回店")
        await pilot.press("enter", "enter", "enter")
        await settled(pilot)
        assert client.calls("command")[-1].parameters == MessageParameters(text="请尽快回店")  # type: ignore[attr-defined]

        await chosen(app, pilot, "lost")
        assert app.focused is app.screen.query_one("#cancel")
        app.screen.query_one("#field-packages", Input).value = "com.tencent.mm，com.taobao"
        app.screen.query_one("#field-new_pin", Checkbox).value = True
        app.screen.query_one("#answer", Input).value = "left in the taxi"
        await pilot.pause()
        app.screen.query_one("#confirm", Button).press()
        await settled(pilot)
        asked = client.calls("command")[-1].parameters  # type: ignore[attr-defined]
        assert asked == LostParameters(packages=("com.tencent.mm", "com.taobao"), new_pin=True)


def test_spans_and_packages_are_read_as_people_write_them() -> None:
    assert [span_s(text) for text in ("30m", "24h", "7d", "90s", "2小时")] == [1800, 86400, 604800, 90, 7200]
    assert [span_s(text) for text in ("", "0m", "31d", "10", "-5m", "x")] == [None] * 6
    assert packages_in(" a.b, c.d;a.b、e.f ") == ("a.b", "c.d", "e.f")


async def test_several_phones_are_one_batch_and_whom_it_leaves_out_is_shown_before() -> None:
    client, desk = shop()
    async with running(client) as (app, pilot):
        await pilot.press("home", "space", "space", "l")
        await settled(pilot)
        assert "Lock 2 phones?" in screen_text(app)
        await pilot.press("up")
        await typed(pilot, "stolen")
        app.screen.query_one("#confirm", Button).press()
        await settled(pilot)
        (request,) = client.calls("POST /v1/batches")
        assert isinstance(request, BatchRequest)
        assert len(request.devices) == 2 and request.confirm_token == "token-1" and request.reason == "stolen"
        assert "2 commands queued" in screen_text(app) and client.calls("command") == []

        desk.left_out = (request.devices[0],)
        client.emit_command(sample.command(300, device=request.devices[0], state=CommandState.CANCELLED))
        await settled(pilot)
        await chosen(app, pilot, "reboot")
        app.screen.query_one("#answer", Input).value = "hangs since noon"
        await pilot.pause()
        app.screen.query_one("#confirm", Button).press()
        await settled(pilot)
        assert isinstance(app.screen, ConsentDialog) and "It is at repair." in screen_text(app)
        await pilot.press("enter")
        await settled(pilot)
        assert len(client.calls("POST /v1/batches")) == 1, "the focus was on Cancel"
        await pilot.press("4", "b")
        await settled(pilot)
        text = screen_text(app)
        assert "under way" in text and "acknowledged 1" in text and "left out" in text and "shop closes" in text


async def test_while_it_is_queued_esc_takes_it_back() -> None:
    client, _ = shop()
    async with running(client) as (app, pilot):
        app.stage.current.table.move_to(sample.LIN)
        for ends_by in ("escape", "sent"):
            await pilot.press("l")
            await settled(pilot)
            app.screen.query_one("#answer", Input).value = "wrong phone"
            await pilot.pause()
            app.screen.query_one("#confirm", Button).press()
            await settled(pilot)
            assert "sending… esc to stop" in screen_text(app) and "Lock pending" in screen_text(app)
            if ends_by == "escape":
                await pilot.press("escape")
            else:
                client.emit_command(msgspec.structs.replace(client.command_list[-1], state=CommandState.SENT))
            await settled(pilot, 0.15)
            assert "sending…" not in screen_text(app)
        assert len(client.calls("cancel_command")) == 1 and "Stopped: 1 taken back" in screen_text(app)


async def test_a_wipe_needs_the_typed_name_and_somebody_else() -> None:
    client, desk = shop()
    client.hello = msgspec.structs.replace(client.hello, caller="owner")
    async with running(client) as (app, pilot):
        app.stage.current.table.move_to(sample.LIN)
        await chosen(app, pilot, "wipe")
        text = screen_text(app)
        for words in (
            "Wipe Lin Xiaoyu?",
            "for good",
            "court order 7",
            "second person has approved",
            "does not come back",
        ):
            assert words in text, words
        assert isinstance(app.screen, LadderDialog)
        app.screen.query_one("#answer", Input).value = "stolen in the market"
        app.screen.query_one("#ladder-name", Input).value = "SIM0001LI"
        await pilot.pause()
        assert app.screen.query_one("#confirm", Button).disabled
        app.screen.query_one("#ladder-name", Input).value = sample.LIN
        await pilot.pause()
        app.screen.query_one("#confirm", Button).press()
        await settled(pilot)
        request = client.calls("command")[-1]
        assert isinstance(request, CommandRequest) and isinstance(request.parameters, WipeParameters)
        assert (request.verb, request.parameters.typed_name) == (Verb.WIPE, sample.LIN)

        mine = desk.follow(sample.command(1, verb=Verb.WIPE, awaiting_approval=True))
        theirs = msgspec.structs.replace(mine, command_id="cm_0002", requested_by="he", device=sample.ZHOU)
        desk.follow(theirs)
        client.emit_command(mine)
        client.emit_command(theirs)
        await pilot.press("4")
        await settled(pilot)
        assert "needs approval" in screen_text(app) and "2 to approve" in screen_text(app)
        app.stage.current.table.move_to("cm_0001")
        await pilot.press("v")
        await settled(pilot)
        assert "You asked for it yourself" in screen_text(app)
        app.stage.current.table.move_to("cm_0002")
        await pilot.press("v")
        await settled(pilot)
        app.screen.query_one("#answer", Input).value = "seen the report"
        app.screen.query_one("#ladder-name", Input).value = sample.ZHOU
        await pilot.pause()
        app.screen.query_one("#confirm", Button).press()
        await settled(pilot)
        (said,) = client.calls("POST /v1/commands/cm_0002/approve")
        assert said == Approval(typed_name=sample.ZHOU, reason="seen the report")

        desk.verdict = WipeVerdict.IMPOSSIBLE
        await pilot.press("1")
        app.stage.current.table.move_to(sample.HE)
        await chosen(app, pilot, "wipe")
        assert "Recovery: power and volume up." in screen_text(app) and not app.screen.query("#ladder-name")


async def test_what_nobody_can_read_back_is_decided_by_whoever_looked() -> None:
    client, desk = shop(language="zh")
    desk.follow(sample.command(1, state=CommandState.UNKNOWN, needs_decision=True))
    desk.follow(sample.command(2, state=CommandState.QUEUED, awaiting_approval=True, device=sample.ZHOU))
    async with running(client, language="zh") as (app, pilot):
        await pilot.press("4")
        app.stage.current.table.move_to("cm_0001")
        await settled(pilot)
        assert "等待判定" in screen_text(app)
        await pilot.press("enter")
        await settled(pilot)
        text = screen_text(app)
        assert isinstance(app.screen, CommandScreen) and "screen_off  timeout  exit 124" in text
        await pilot.press("d", "enter")
        await settled(pilot)
        app.screen.query_one("#answer", Input).value = "已到柜台看过手机"
        await pilot.pause()
        app.screen.query_one("#confirm", Button).press()
        await settled(pilot)
        assert client.calls("POST /v1/commands/cm_0001/decide") == [Decision(is_done=True, reason="已到柜台看过手机")]
        await pilot.press("escape", "down", "n")
        await settled(pilot)
        app.screen.query_one("#answer", Input).value = "不需要了吧"
        await pilot.pause()
        app.screen.query_one("#confirm", Button).press()
        await settled(pilot)
        assert len(client.calls("POST /v1/commands/cm_0002/reject")) == 1


async def test_a_reviewer_is_told_why_not_and_an_older_daemon_too() -> None:
    client, _ = shop(role=Role.REVIEWER)
    async with running(client) as (app, pilot):
        app.stage.current.table.move_to(sample.LIN)
        await pilot.press("a")
        await settled(pilot)
        assert "role “reviewer”" in screen_text(app) and app.screen is app.stage
    client = FakeClient()
    client.errors[f"GET /v1/devices/{sample.LIN}/wipe"] = refused("request.no_such_route")
    async with running(client) as (app, pilot):
        app.stage.current.table.move_to(sample.LIN)
        await chosen(app, pilot, "wipe")
        assert "Your role may not do this." in screen_text(app) and client.calls("command") == []
