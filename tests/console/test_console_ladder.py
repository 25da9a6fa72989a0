"""The ladder of confirmations: what each rung asks, that Enter and pasting are never enough."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual import events
from textual.pilot import Pilot
from textual.widgets import Button, Input

from console.app.app import ShopwardenApp
from console.app.dialogs.ladder import LadderDialog, Rung
from console.safe_text import safe_text

from .fake_client import FakeClient
from .stage import running, screen_text, settled, typed

Opened = Callable[[Rung], LadderDialog]


@asynccontextmanager
async def ladder(language: str = "en") -> AsyncIterator[tuple[ShopwardenApp, Pilot[int], list[str | None], Opened]]:
    """The app, what dialogs answered, and how to open one of a rung."""
    async with running(FakeClient(language=language), language=language) as (app, pilot):
        answers: list[str | None] = []

        def open_one(rung: Rung) -> LadderDialog:
            dialog = LadderDialog(
                app.desk,
                rung=rung,
                title=safe_text("Wipe?"),
                targets=[safe_text("Lin Xiaoyu · SIM0001LIN")],
                effect=safe_text("Everything on it is deleted."),
                confirm="lock",
                phrase="Lin Xiaoyu",
            )
            app.push_screen(dialog, answers.append)
            return dialog

        yield app, pilot, answers, open_one


def is_dead(dialog: LadderDialog) -> bool:
    return dialog.query_one("#confirm", Button).disabled


async def test_each_rung_asks_more_and_only_the_button_confirms() -> None:
    async with ladder() as (app, pilot, answers, open_one):
        dialog = open_one(Rung.CONFIRM)
        await settled(pilot)
        assert app.focused is dialog.query_one("#cancel") and not dialog.query("#ladder-name")
        await pilot.press("s", "t", "o", "l", "e", "enter")
        assert answers == [] and app.focused is dialog.query_one("#cancel")
        await pilot.press("tab", "enter")
        await settled(pilot)
        assert answers == ["stole"]

        dialog = open_one(Rung.TYPE_NAME)
        await settled(pilot)
        assert "Type “Lin Xiaoyu”" in screen_text(app) and app.focused is dialog.query_one("#cancel")
        await pilot.press("L")
        await typed(pilot, "in Xiaoy")
        await pilot.press("tab")
        await typed(pilot, "stolen phone")
        assert is_dead(dialog) and "exactly as shown" in screen_text(app)
        await pilot.press("shift+tab")
        await typed(pilot, "u")
        assert not is_dead(dialog)
        await pilot.press("enter", "tab", "enter")
        await settled(pilot)
        assert answers == ["stole", "stolen phone"]

        dialog = open_one(Rung.TYPE_NAME)
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert answers[2:] == [None]


async def test_at_the_highest_rung_pasting_the_name_does_nothing() -> None:
    async with ladder("zh") as (app, pilot, answers, open_one):
        for rung, pasted in ((Rung.TYPE_NAME, "Lin Xiaoyu"), (Rung.SECOND_PERSON, "")):
            dialog = open_one(rung)
            await settled(pilot)
            field = dialog.query_one("#ladder-name", Input)
            field.focus()
            app.copy_to_clipboard("Lin Xiaoyu")
            await pilot.press("ctrl+v")
            assert field.value == pasted
            field.value = ""
            field.post_message(events.Paste("Lin Xiaoyu"))
            await settled(pilot)
            assert field.value == pasted
            assert ("须经第二人批准" in screen_text(app)) is (rung is Rung.SECOND_PERSON)
            await pilot.press("escape")
            await settled(pilot)
        assert answers == [None, None]
