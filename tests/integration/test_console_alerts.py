"""Two hundred alerts handled with one key at a real daemon; a second console and the command line see the same."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import History, PhoneSpec
from console.app.app import CATALOG, ShopwardenApp
from console.app.panes.alerts import AlertsPane
from daemon.api.client import ApiClient
from daemon.api.texts import load_texts
from daemon.api.wire import AlertStatus
from tests.contract.cli_runner import shopwarden

from .running_daemon import RunningDaemon, enrol_phones, new_state

ALERTS = 200
SEEN_WITHIN_S = 1.0


@asynccontextmanager
async def console(socket: Path) -> AsyncIterator[tuple[ShopwardenApp, Pilot[int]]]:
    app = ShopwardenApp(lambda: ApiClient(socket, "en"), load_texts("en", CATALOG))
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        yield app, pilot
        assert app.faults == []


async def until(holds: Callable[[], bool], timeout_s: float) -> float:
    """Seconds until it holds."""
    began = time.monotonic()
    async with asyncio.timeout(timeout_s):
        while not holds():
            await asyncio.sleep(0.02)
    return time.monotonic() - began


def of_status(app: ShopwardenApp, status: AlertStatus) -> int:
    return sum(alert.status is status for alert in app.desk.shop.alerts.values())


async def test_many_alerts_with_one_key_and_everybody_sees_the_same(tmp_path: Path) -> None:
    phone = SimPhone(PhoneSpec(serial="CONSOLE2", history=History(sms=0), seed=1), SystemClock())
    for number in range(ALERTS):
        phone.store.add_sms(address=f"139{number:08d}", body=f"加我微信 abc{number:05d}，私下转账给我")
    daemon = RunningDaemon(new_state(tmp_path, [await phone.start()]))
    try:
        await daemon.start()
        await enrol_phones(daemon, [phone])
        await daemon.wait_until_read(timeout_s=60)
        async with console(daemon.socket) as (app, pilot), console(daemon.socket) as (other, _):
            await until(lambda: of_status(app, AlertStatus.OPEN) >= ALERTS, 30)
            await pilot.press("2")
            pane = app.stage.current
            assert isinstance(pane, AlertsPane)
            pane.marked = set(app.desk.shop.alerts)
            many = len(pane.marked)
            await pilot.press("a")
            assert await until(lambda: of_status(app, AlertStatus.ACKNOWLEDGED) == many, 30) < 3.0
            assert await until(lambda: of_status(other, AlertStatus.ACKNOWLEDGED) == many, 30) < SEEN_WITHIN_S
            assert pane.marked == set()

            listed = await shopwarden(daemon.state, "alerts", "--unassigned", "--limit", "1", "--jsonl")
            one = json.loads(listed.out)["alert_id"]
            assert "--before" in listed.err, "there are more"
            marked = listed.out.encode()
            ran = await shopwarden(
                daemon.state, "alerts", "assign", "--me", "--marked-file", "-", "--json", stdin=marked
            )
            assert ran.code == 0
            me = ran.items[0]["assignee"]
            for each in (app, other):
                await until(lambda each=each: each.desk.shop.alerts[one].assignee == me, SEEN_WITHIN_S + 1)  # type: ignore[misc]
            listed = await shopwarden(
                daemon.state, "alerts", "--assignee", str(me), "--status", "acknowledged", "--json"
            )
            assert [item["alert_id"] for item in json.loads(listed.out)["items"]] == [one]
            steps = await shopwarden(daemon.state, "alerts", "history", one, "--json")
            assert [step["is_assignment"] for step in steps.items] == [False, True]
    finally:
        await daemon.kill()
        await phone.stop()
