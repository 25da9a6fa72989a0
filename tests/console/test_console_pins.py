"""A PIN that the shop holds: shown once, for a reason, to nobody but the person in front of the screen."""

import gc

import pytest

from console.app.app import ShopwardenApp
from console.app.dialogs.pin import PinDialog
from daemon.api.pins import PinReason, ShownPin
from daemon.api.wire import Role

from . import sample_shop as sample
from .command_desk import CANARY_PIN, CommandDesk
from .fake_client import FakeClient
from .stage import chosen, picture_text, running, screen_text, settled, typed

SPACED = "  ".join(CANARY_PIN)


def is_shown(app: ShopwardenApp) -> bool:
    return isinstance(app.screen, PinDialog)


async def test_a_pin_is_shown_with_a_reason_and_leaves_with_any_key_and_nothing_of_it_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = FakeClient()
    CommandDesk(client)
    async with running(client) as (app, pilot):
        copied: list[str] = []
        monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
        app.stage.current.table.move_to(sample.LIN)
        for leave in ("x", "f1", "ctrl+p", "ctrl+c"):
            await chosen(app, pilot, "show_pin")
            assert SPACED not in screen_text(app)
            await typed(pilot, "handed to the courier")
            await pilot.press("enter")
            await settled(pilot)
            assert is_shown(app) and SPACED in screen_text(app)
            await pilot.press(leave)
            await settled(pilot)
            assert not is_shown(app), leave
            assert SPACED not in screen_text(app) and SPACED not in picture_text(app)
        assert client.calls(f"POST /v1/devices/{sample.LIN}/pin/show")[0] == PinReason(reason="handed to the courier")
        await pilot.press("ctrl+l")
        await settled(pilot)
        text = screen_text(app)
        assert "PIN shown: Lin Xiaoyu" in text and CANARY_PIN not in text and "courier" not in text
        assert copied == []
        gc.collect()
        assert not [one for one in gc.get_objects() if isinstance(one, ShownPin)], "nobody holds it any more"


async def test_it_leaves_by_itself_even_below_another_dialog() -> None:
    client = FakeClient(language="zh")
    CommandDesk(client)
    async with running(client, language="zh") as (app, pilot):
        app.stage.current.table.move_to(sample.LIN)
        await chosen(app, pilot, "show_pin")
        await typed(pilot, "交接给快递")
        await pilot.press("enter")
        await settled(pilot)
        dialog = app.screen
        assert isinstance(dialog, PinDialog) and SPACED in screen_text(app) and "30 秒后自动消失" in screen_text(app)
        dialog.leave()
        await settled(pilot)
        assert not is_shown(app) and SPACED not in picture_text(app)


async def test_a_role_that_may_not_is_told_before_it_is_asked_why() -> None:
    client = FakeClient(role=Role.REVIEWER)
    CommandDesk(client)
    async with running(client) as (app, pilot):
        app.stage.current.table.move_to(sample.LIN)
        await pilot.press("a")
        await settled(pilot)
        assert app.screen is app.stage and not [name for name, _ in client.asked if "pin" in name]
