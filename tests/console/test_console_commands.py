"""Commands: steps with their times, failed and unknown apart, asked again as they were asked first."""

from textual.widgets import Button, Input

from daemon.api.wire import CommandRequest, CommandState, Role, Verb

from . import sample_shop as sample
from .fake_client import FakeClient
from .stage import NARROW, running, screen_text, settled


def client_of_commands(**settings: object) -> FakeClient:
    client = FakeClient(**settings)  # type: ignore[arg-type]
    client.command_list = [
        sample.command(1, state=CommandState.FAILED, tries=5, updated_at=sample.ago(seconds=5),
                       result="no_screen_lock", result_text="The phone has no screen lock."),
        sample.command(2, device=sample.ZHOU, state=CommandState.UNKNOWN, tries=1),
        sample.command(3, device=sample.HE, verb=Verb.REFETCH, state=CommandState.EXPIRED, reason="month's end"),
        sample.command(4, device=sample.HE, verb=Verb.NOTICE),
        sample.command(5, device=sample.ZHOU, verb=Verb.REFETCH, state=CommandState.ACKNOWLEDGED),
    ]  # fmt: skip
    return client


async def test_the_panel_tells_each_step_and_what_can_be_done() -> None:
    client = client_of_commands()
    async with running(client) as (app, pilot):
        await pilot.press("4")
        await settled(pilot)
        text = screen_text(app)
        assert "1 failed" in text and "1 being checked" in text
        for word in ("2025-11-22 14:29:00 +08:00  asked by owner", "sent 5 times", "14:29:55 +08:00  failed",
                     "The phone has no screen lock.", "R asks again."):  # fmt: skip
            assert word in text, word
        await pilot.press("slash")
        field = app.focused
        assert isinstance(field, Input)
        field.insert_text_at_cursor("state:unknown")
        await pilot.press("enter")
        await settled(pilot)
        text = screen_text(app)
        assert "1 of 5" in text and "whether it was done is not known" in text
        await pilot.press("R")
        await settled(pilot)
        assert "this one is: checking" in screen_text(app) and client.calls("command") == []


async def test_asking_again_asks_what_was_asked_before() -> None:
    client = client_of_commands()
    async with running(client) as (app, pilot):
        await pilot.press("4")
        app.stage.current.table.move_to("cm_0001")
        await pilot.press("R")
        await settled(pilot)
        text = screen_text(app)
        assert "Lock this phone?" in text and "phone left in the shop" in text, "the reason of before, to be changed"
        assert app.focused is app.screen.query_one("#cancel")
        assert not app.screen.query_one("#confirm", Button).disabled
        await pilot.press("tab", "enter")
        await settled(pilot)
        again = client.calls("command")[-1]
        assert isinstance(again, CommandRequest)
        assert (again.device, again.verb, again.reason) == (sample.LIN, Verb.LOCK, "phone left in the shop")

        app.stage.current.table.move_to("cm_0003")
        await pilot.press("alt+r")
        await settled(pilot)
        again = client.calls("command")[-1]
        assert isinstance(again, CommandRequest)
        assert (again.verb, again.reason, again.expires_in_s) == (Verb.REFETCH, "month's end", 600)
        assert "He Jia: Refetch queued" in screen_text(app)
        await pilot.press("R")
        await settled(pilot)
        assert len(client.calls("command")) == 2 and "already pending" in screen_text(app)


async def test_who_may_not_is_told_why_and_nothing_fits_no_terminal() -> None:
    client = client_of_commands(role=Role.REVIEWER, language="zh")
    async with running(client, language="zh", size=NARROW) as (app, pilot):
        await pilot.press("4", "R", "x")
        await settled(pilot)
        text = screen_text(app)
        assert client.calls("command") == [] and "身份无权" in text
        assert "1 条失败" in text and "重新下发" not in text.splitlines()[-1]
