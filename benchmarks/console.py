"""The console on a real daemon: 200 phones, 10,000 open alerts, a million records, and 50 alerts a second for a minute.

Console, daemon and the terminal's other end are processes of their own; the console runs on a pseudo-terminal of
160 x 48. `SHOPWARDEN_BENCH_ROWS` takes fewer records, `SHOPWARDEN_BENCH_ALERTS` fewer alerts, and
`SHOPWARDEN_BENCH_LIVE_S` a shorter minute.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from adb_bridge.clock import SystemClock
from adb_bridge.records import Cursor, DeviceSerial, RawRecord, SmsRow, Source, UntrustedBytes
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import History, PhoneSpec
from crypto.database import OpenMode
from daemon.api.client import ApiClient
from daemon.api.socket_path import socket_for_state
from daemon.archive.drafts import EnrolmentDraft
from daemon.events import CollectedEvent, Ingest, JudgedEvent
from daemon.normalise import normalise
from policies.model import Hit, How, Severity, Verdict

from .million import BATCH, Store, copied, kept_store
from .process import cpu_s, daemon, rss_mb
from .pseudo_terminal import PseudoTerminal

PHONES: Final = 200
ALERTS: Final = int(os.environ.get("SHOPWARDEN_BENCH_ALERTS", "10000"))
LIVE_S: Final = float(os.environ.get("SHOPWARDEN_BENCH_LIVE_S", "60"))
LIVE_PER_S: Final = 50
IDLE_S: Final = 20.0
PAGES: Final = 80
PAGE_DOWN: Final = b"\x1b[6~"
PAGE_UP: Final = b"\x1b[5~"
BODY: Final = "这单走我个人收款，给你回扣"
_NOW: Final = datetime(2025, 12, 1, 4, 0, tzinfo=UTC)
LIVE_PHONE: Final = DeviceSerial("CONSOLELIVE")


async def run() -> dict[str, float | int | str]:
    """First paint, frames of held PgDn, idle CPU, and keys while alerts arrive; waits are of the wall, work is CPU."""
    store = await kept_store()
    with tempfile.TemporaryDirectory(prefix="shopwarden-bench-") as name:
        ours = copied(store, Path(name) / "shop")
        await _fill(ours)
        phone = SimPhone(PhoneSpec(serial=LIVE_PHONE, history=History(sms=1), seed=1), SystemClock())
        address = await phone.start()
        try:
            state = ours.folder / "state"
            _configure(state, address)
            async with daemon(state), _console(state) as (terminal, first):
                figures: dict[str, float | int | str] = {
                    "records": store.rows,
                    "phones": PHONES,
                    "open_alerts": ALERTS,
                    **first,
                    **await _idle(terminal),
                    **await _paging(terminal),
                    **await _live(terminal, phone, state),
                }
                figures["rss_mb"] = rss_mb(terminal.pid)
                return figures
        finally:
            await phone.stop()


@asynccontextmanager
async def _console(state: Path) -> AsyncIterator[tuple[PseudoTerminal, dict[str, float]]]:
    started = time.perf_counter()
    terminal = PseudoTerminal(["--socket", str(socket_for_state(state)), "--lang", "en"])
    try:
        await terminal.shows("Devices")
        frame = {"first_paint_s": time.perf_counter() - started, "first_paint_cpu_s": cpu_s(terminal.pid)}
        await terminal.shows("员工")
        frame |= {"first_rows_s": time.perf_counter() - started, "first_rows_cpu_s": cpu_s(terminal.pid)}
        await terminal.quiet(1.0)
        yield terminal, frame
    finally:
        await terminal.close()


async def _idle(terminal: PseudoTerminal) -> dict[str, float]:
    await asyncio.sleep(3)
    before, started = cpu_s(terminal.pid), time.perf_counter()
    await asyncio.sleep(IDLE_S)
    return {"idle_cpu_percent": 100 * (cpu_s(terminal.pid) - before) / (time.perf_counter() - started)}


async def _paging(terminal: PseudoTerminal) -> dict[str, float]:
    """A frame is a PgDn that is on the screen before the next is pressed; `..._a_cpu_second` is what a core could."""
    figures: dict[str, float] = {}
    for digit, name in ((b"2", "alerts"), (b"3", "records")):
        await terminal.press(digit)
        await terminal.quiet(0.5)
        before, started = cpu_s(terminal.pid), time.perf_counter()
        keys = [PAGE_DOWN] * (PAGES // 2) + [PAGE_UP] * (PAGES // 2)
        waits = [await terminal.press(key) for key in keys]
        wall, cpu = time.perf_counter() - started, cpu_s(terminal.pid) - before
        figures[f"{name}_frames_a_second"] = PAGES / wall
        figures[f"{name}_frames_a_cpu_second"] = PAGES / cpu
        figures[f"{name}_page_p95_ms"] = 1000 * sorted(waits)[int(PAGES * 0.95)]
    return figures


async def _live(terminal: PseudoTerminal, phone: SimPhone, state: Path) -> dict[str, float]:
    """The time from a key to its answer on the screen, `n marked`, while alerts come."""
    await terminal.press(b"2")
    await terminal.press(b"g")
    await terminal.quiet(0.5)
    async with ApiClient(socket_for_state(state), "en") as client:
        before = sum((await client.health()).open_alerts_by_severity.values())
        pouring = asyncio.create_task(_pour(phone))
        cpu, started = cpu_s(terminal.pid), time.perf_counter()
        waits: list[float] = []
        while not pouring.done():
            waits.append(await terminal.press(b" ", until=f"{len(waits) + 1} marked"))
            await asyncio.sleep(0.4)
        await pouring
        took = time.perf_counter() - started
        used = cpu_s(terminal.pid) - cpu
        arrived = sum((await client.health()).open_alerts_by_severity.values()) - before
    waits.sort()
    return {
        "live_alerts_a_second": arrived / took,
        "live_cpu_percent": 100 * used / took,
        "key_median_ms": 1000 * waits[len(waits) // 2],
        "key_p95_ms": 1000 * waits[int(len(waits) * 0.95)],
        "key_worst_ms": 1000 * waits[-1],
    }


async def _pour(phone: SimPhone) -> None:
    started = time.perf_counter()
    for number in range(round(LIVE_S * LIVE_PER_S)):
        phone.store.add_sms(address=f"138{number:08d}", body=BODY)
        ahead = number / LIVE_PER_S - (time.perf_counter() - started)
        if ahead > 0:
            await asyncio.sleep(ahead)


async def _fill(store: Store) -> None:
    archive = store.open(OpenMode.READ_WRITE)
    try:
        serials = [DeviceSerial(f"CONSOLE{number:04d}") for number in range(PHONES - 8)]
        for serial in (*serials, LIVE_PHONE):
            await archive.add_enrolment(
                EnrolmentDraft(
                    serial=serial,
                    employee=f"员工{serial[-4:]}",
                    notice_version="bench-1",
                    notice_text="本机为门店工作手机，短信与通话会被存档。",
                    acknowledged_by="员工",
                    acknowledged_at=SystemClock().now(),
                    enrolled_by="bench",
                    scope=(Source.SMS.value,),
                )
            )
        each = -(-ALERTS // len(serials))
        for serial in serials:
            for first in range(0, each, BATCH):
                await archive.ingest(_hits(serial, first, min(BATCH, each - first)))
    finally:
        await archive.close()


def _hits(serial: DeviceSerial, first: int, count: int) -> Ingest:
    events = [_message(serial, first + number + 1) for number in range(count)]
    return Ingest(
        device=serial,
        source=Source.SMS,
        judged=tuple(JudgedEvent(event=event, verdicts=(_verdict(event, at),)) for at, event in enumerate(events)),
        absent_keys=(),
        cursor=Cursor(f"bench:{first + count}"),
        is_caught_up=True,
    )


def _message(serial: DeviceSerial, number: int) -> CollectedEvent:
    at = _NOW - timedelta(seconds=number)
    row = SmsRow(
        provider_id=number,
        address=UntrustedBytes(f"139{number:08d}".encode()),
        body=UntrustedBytes(BODY.encode()),
        date_ms=round(at.timestamp() * 1000),
        date_sent_ms=0,
        type=1,
        thread_id=number,
        read=1,
        sub_id=1,
    )
    record = RawRecord(source=Source.SMS, source_key=str(number), row=row, collected_at=at)
    return normalise(record, serial)


def _verdict(event: CollectedEvent, number: int) -> Verdict:
    severity = list(Severity)[number % len(Severity)]
    start = BODY.index("回扣")
    hit = Hit(
        start=start, end=start + 2, rule_id="bench.kickback", word="回扣", category="fraud", severity=severity,
        how=How.EXACT,
    )  # fmt: skip
    return Verdict(
        rule_id="bench.kickback",
        rule_title={"en": "Kickback", "zh": "回扣"},
        category="fraud",
        severity=severity,
        hits=(hit,),
        ruleset_version="bench@1+00000000",
    )


def _configure(state: Path, address: str) -> None:
    config = state / "shopwarden.toml"
    lines = config.read_text(encoding="utf-8").replace("connect = []", f'connect = ["{address}"]')
    config.write_text(f"{lines}[capture]\npoll_interval_s = 0.5\nfast_poll_interval_s = 0.5\n", encoding="utf-8")
