"""Alert delivery, consoles of other machines, who leaves, actions after findings; and a shop of another machine."""

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from console.app.app import ShopwardenApp
from console.app.dialogs.table_screen import TableScreen
from daemon.api.delivery import MuteRequest
from daemon.api.errors import ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.intercept import SwitchIntercept
from daemon.api.wire import Role

from . import sample_shop as sample
from .fake_client import FakeClient, refused
from .services_desk import install_services
from .stage import NARROW, chosen, running, screen_text, settled, typed


def client_of_services(**settings: object) -> FakeClient:
    client = FakeClient(**settings)  # type: ignore[arg-type]
    install_services(client)
    return client


def bench(app: ShopwardenApp) -> TableScreen[object]:
    assert isinstance(app.screen, TableScreen)
    return app.screen


async def typed_reason(pilot: Pilot[int], reason: str) -> None:
    await pilot.press(reason[0])
    await typed(pilot, reason[1:])
    pilot.app.screen.query_one("#confirm", Button).press()
    await settled(pilot)


async def test_delivery_is_tested_muted_and_stopped_and_dead_letters_are_sent_again() -> None:
    client = client_of_services()
    async with running(client, size=NARROW) as (app, pilot):
        await pilot.press("6", "d")
        await settled(pilot)
        text = screen_text(app)
        for words in ("× fails", "wecom", "Given up (1)", "tried 8 times", "mail"):
            assert words in text, words
        await pilot.press("t")
        await settled(pilot)
        assert "wecom: The robot answers 500." in screen_text(app)
        await pilot.press("m", "enter", "enter")
        await settled(pilot)
        assert client.calls("POST /v1/delivery/channels/wecom/mute") == [MuteRequest(minutes=60)]
        await pilot.press("R")
        await settled(pilot)
        assert len(client.calls("POST /v1/delivery/dead/m_1/retry")) == 1
        await pilot.press("s")
        await settled(pilot)
        await typed_reason(pilot, "robot is replaced")
        assert len(client.calls("POST /v1/delivery/stop")) == 1


async def test_who_leaves_what_was_done_by_itself_and_other_consoles() -> None:
    client = client_of_services()
    async with running(client) as (app, pilot):
        await pilot.press("L")
        await settled(pilot)
        text = screen_text(app)
        for words in ("Lin Xiaoyu", "Zhou Min", "17 conversations", "● apps suspended", "[ ] Take back the SIM card"):
            assert words in text, words
        await pilot.press("c")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert len(client.calls("POST /v1/leavings/lv_1/items/sim/confirm")) == 1
        await pilot.press("u")
        await settled(pilot)
        await typed_reason(pilot, "stays after all")
        assert len(client.calls("POST /v1/leavings/lv_1/undo")) == 1
        await pilot.press("escape", "6", "i")
        await settled(pilot)
        assert "WeChat paused for 10 minutes" in screen_text(app) and "1 in force" in screen_text(app)
        await pilot.press("s")
        await settled(pilot)
        await typed_reason(pilot, "false alarm")
        assert client.calls("POST /v1/intercept") == [SwitchIntercept(is_on=False, reason="false alarm")]
        await pilot.press("escape", "c")
        await settled(pilot)
        assert "● connected" in screen_text(app) and "office" in screen_text(app)
        await pilot.press("x")
        await settled(pilot)
        await typed_reason(pilot, "laptop is lost")
        assert len(client.calls("POST /v1/consoles/co_1/revoke")) == 1


@pytest.mark.parametrize("keys", [("6", "d"), ("6", "c"), ("6", "i"), ("1", "L")])
async def test_an_auditor_reads_and_changes_nothing_and_a_refusal_is_said(keys: tuple[str, ...]) -> None:
    client = client_of_services(role=Role.AUDITOR, language="zh")
    async with running(client, language="zh", size=NARROW) as (app, pilot):
        await pilot.press(*keys)
        await settled(pilot)
        screen = bench(app)
        assert screen.current is not None
        for letter in ("t", "m", "s", "R", "x", "u", "c"):
            await pilot.press(letter)
        await settled(pilot)
        assert app.screen is screen and not [name for name, _ in client.asked if name.startswith("POST")]
        for path in ("/v1/delivery", "/v1/consoles", "/v1/intercept", "/v1/leavings"):
            client.errors[f"GET {path}"] = refused()
        screen.look()
        await settled(pilot)
        assert "Your role may not do this." in screen_text(app)


async def test_a_shop_of_another_machine_is_named_and_what_it_does_not_take_from_there_is_said() -> None:
    client = client_of_services()
    async with running(client, shop_name="nanjing") as (app, pilot):
        assert "at nanjing" in screen_text(app).splitlines()[0]
        await pilot.press("6", "c")
        await settled(pilot)
        await pilot.press("x")
        await settled(pilot)
        assert "only where the daemon runs" in screen_text(app)
        await pilot.press("escape", "1")
        app.stage.current.table.move_to(sample.LIN)
        await chosen(app, pilot, "set_pin")
        assert not app.screen.query("#field-pin") and app.screen.query("#field-expires")


async def test_a_revoked_console_is_told_so_and_what_to_do() -> None:
    client = client_of_services(language="en")
    error = ApiRefusedError(
        "shop.not_let_in", "This console is not let in any more.", "Ask to be invited.", ExitCode.NOT_PERMITTED, 0
    )
    client.device_list = ()
    client.go_refused(error)
    async with running(client, shop_name="nanjing") as (app, pilot):
        await settled(pilot)
        text = screen_text(app)
        assert "nanjing does not let this console in." in text and text.count("Ask to be invited.") == 2
