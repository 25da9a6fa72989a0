"""`demo --headless`: plays the scenario for a while and sums up what the product did with it."""

import asyncio
import contextlib

from adb_bridge.clock import Clock

from ..api.client import ApiClient
from .measure import (
    AlertWatch,
    DemoSummary,
    LatencyMs,
    archived_keys,
    expected_keys,
    key_of_emission,
    percentile,
    records_on_phones,
    settle,
)
from .stage import Stage, StageSettings, enrol_all, stage


async def run_headless(settings: StageSettings, *, seconds: float, clock: Clock) -> DemoSummary:
    """The whole product for `seconds` of scenario time; raises `StageError` when it cannot start."""
    async with stage(settings) as running, ApiClient(running.socket, "en") as client:
        watch = AlertWatch(clock=clock)
        watching = asyncio.create_task(watch.run(client))
        try:
            await enrol_all(running)
            playing = asyncio.create_task(running.fleet.play())
            await asyncio.sleep(seconds)
            playing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await playing
            await settle(running, client, watch)
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
        return await _sum_up(running, client, watch, seconds)


async def _sum_up(running: Stage, client: ApiClient, watch: AlertWatch, seconds: float) -> DemoSummary:
    latencies = sorted(
        (watch.arrived_at[key] - emission.emitted_at).total_seconds() * 1000
        for emission in running.fleet.emissions
        if (key := key_of_emission(emission)) in watch.arrived_at
    )
    expected = expected_keys(running)
    on_phones = records_on_phones(running)
    archived = await archived_keys(client)
    devices = await client.devices()
    report = await client.verify(None)
    return DemoSummary(
        phones=len(devices),
        events=sum(device.events for device in devices),
        alerts=sum(device.open_alerts for device in devices),
        alert_latency_ms=LatencyMs(p50=_rounded(percentile(latencies, 0.5)), p95=_rounded(percentile(latencies, 0.95))),
        ledger_verified=report.ok,
        seconds=seconds,
        alerts_measured=len(latencies),
        alerts_expected=len(expected),
        alerts_missed=len([key for key in expected if key not in watch.arrived_at]),
        records_on_phones=len(on_phones),
        records_missing=len(on_phones - archived),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
