"""Figures for a monitor: what was noted comes out, to this machine only. From a daemon: test_service_hardened."""

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest

from adb_bridge.clock import SystemClock
from adb_bridge.records import Source
from daemon.config import parse_config
from daemon.errors import ConfigError
from daemon.logs import log_for
from daemon.operating.exposition import Levels, exposition
from daemon.operating.meters import Meters
from daemon.operating.metrics_service import MetricsService
from daemon.operating.sections import MetricsSection
from daemon.supervise import supervise
from policies.model import Severity
from tests.integration.daemon_support import until

LEVELS = Levels(
    version="1.0", started_at_s=1.0, devices={"online": 2}, commands={"queued": 1}, open_alerts={"high": 3}, events=4,
    ledger_size=5, queue_depth=6, writer_busy_s=0.0, store_bytes={"archive": 7}, free_bytes=8, is_disk_full=False,
    stuck=None, last_backup_at_s=None,
)  # fmt: skip


def test_counts_come_out_as_they_were_noted() -> None:
    meters = Meters()
    meters.committed(Source.SMS, 3, [Severity.HIGH, Severity.HIGH])
    meters.committed(Source.SMS, 2, [])
    for duration_s in (0.01, 0.2, 400.0):
        meters.read(Source.CALL_LOG, duration_s, 1000.5)
    meters.failed(Source.MMS)
    meters.restarts["adb"] += 1
    lines = exposition(LEVELS, meters).decode().splitlines()
    for line in (
        'shopwarden_events_total{source="sms"} 5.0',
        'shopwarden_verdicts_total{severity="high"} 2.0',
        'shopwarden_collector_failures_total{collector="mms"} 1.0',
        'shopwarden_restarts_total{task="adb"} 1.0',
        'shopwarden_last_success_timestamp{collector="call_log"} 1000.5',
        'shopwarden_collector_seconds_bucket{collector="call_log",le="0.05"} 1.0',
        'shopwarden_collector_seconds_bucket{collector="call_log",le="300.0"} 2.0',
        'shopwarden_collector_seconds_bucket{collector="call_log",le="+Inf"} 3.0',
        'shopwarden_collector_seconds_count{collector="call_log"} 3.0',
        'shopwarden_open_alerts{severity="high"} 3.0',
    ):
        assert line in lines, line
    assert not any(line.startswith("shopwarden_last_backup") for line in lines), "never is not a time"


async def test_only_this_machine_is_answered_and_only_by_its_own_name() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async def page() -> bytes:
        return b"figure 1\n"

    service = MetricsService(MetricsSection(listen=f"127.0.0.1:{port}"), page)
    running_service = asyncio.create_task(
        supervise(service.run, clock=SystemClock(), log=log_for("test"), wake=asyncio.Event())
    )

    async def is_up() -> bool:
        return bool(service.port == port)

    try:
        await until(is_up)
        async with aiohttp.ClientSession() as session:
            for path, host, status in (
                ("/metrics", f"127.0.0.1:{port}", 200),
                ("/metrics", f"localhost:{port}", 200),
                ("/metrics", f"evil.example:{port}", 403),
                ("/", f"127.0.0.1:{port}", 404),
            ):
                async with session.get(f"http://127.0.0.1:{port}{path}", headers={"Host": host}) as answer:
                    assert (answer.status, path, host) == (status, path, host)
            async with session.post(f"http://127.0.0.1:{port}/metrics") as answer:
                assert answer.status == 405
    finally:
        running_service.cancel()
        await asyncio.gather(running_service, return_exceptions=True)


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ('[metrics]\nlisten = "0.0.0.0:9469"', "metrics.listen"),
        ('[metrics]\nlisten = "192.168.1.2:9469"', "metrics.listen"),
        ('[metrics]\nlisten = "localhost:9469"', "metrics.listen"),
        ('[metrics]\nlisten = "127.0.0.1"', "metrics.listen"),
        ('[metrics]\ntextfile = "x.prom"', "metrics.textfile"),
        ('[metrics]\ntextfile = "/var/lib/x.txt"', "metrics.textfile"),
        ('[log]\nfile = "daemon.log"', "log.file"),
    ],
)
def test_what_would_reach_others_or_nobody_is_refused(section: str, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(section.encode(), Path("shopwarden.toml"))
    assert caught.value.key == key


def test_the_addresses_of_this_machine_are_taken() -> None:
    for address in ("127.0.0.1:9469", "[::1]:9469", "127.0.0.2:1"):
        assert parse_config(f'[metrics]\nlisten = "{address}"'.encode(), Path("x")).metrics.listen == address
