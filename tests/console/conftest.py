"""Console tests fail on a missing text instead of showing its key."""

import asyncio

import pytest
from textual.app import App
from textual.message_pump import MessagePump
from textual.pilot import Pilot

from daemon.api.texts import STRICT_VARIABLE


@pytest.fixture(autouse=True)
def strict_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STRICT_VARIABLE, "1")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pilot looks whether the process is idle every 20 ms, twice a key, which is half of these tests' time."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.005)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pilot sends a message to every widget, hidden ones too, and waits for all, at each key and pause."""
    monkeypatch.setattr(Pilot, "_wait_for_screen", _until_idle)


async def _until_idle(pilot: Pilot[int], timeout: float = 30.0) -> bool:
    """Until the app, its screen and all on it wait for messages. As the pilot's own: whether that came to be."""
    app = pilot.app
    async with asyncio.timeout(timeout):
        while any(map(_is_busy, _pumps(app))):
            if app._exception is not None:
                return False
            await asyncio.sleep(0.001)
    return True


def _pumps(app: App[int]) -> list[MessagePump]:
    return [app, *app.screen.walk_children(with_self=True)]


def _is_busy(pump: MessagePump) -> bool:
    ready: asyncio.Event = pump._message_queue.ready_event
    return pump.is_running and (ready.is_set() or not vars(ready)["_waiters"])
