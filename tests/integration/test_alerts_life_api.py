"""What the console asks of a running daemon, over its socket: pages, many at once, history, figures, rules, audit."""

import asyncio
from collections import Counter
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

import pytest

from adb_bridge.records import DeviceSerial
from daemon.api.alert_life import AlertBatch, AssignAlert
from daemon.api.alert_life_client import alert_history, assign_alert, find_alerts, handle_alerts
from daemon.api.audit_client import find_audit
from daemon.api.client import ApiClient
from daemon.api.errors import ApiRefusedError
from daemon.api.figures import Bucket, FigureName, FigureQuery
from daemon.api.figures_client import figures
from daemon.api.requests import AlertQuery, AuditQuery
from daemon.api.rule_state_client import rules_state
from daemon.api.wire import AlertStatus, Severity, StreamItem, StreamKind
from tests.archive_kit import PHONE, enrolment, ingest_of, sms, verdict

from .daemon_support import quick_config, running

COUNT = 450
OTHERS = tuple(DeviceSerial(f"SIM100{number}") for number in range(5))


async def test_what_the_console_asks(tmp_path: Path) -> None:
    socket = tmp_path / "state" / "api.sock"
    async with (
        running(tmp_path, quick_config()) as service,
        ApiClient(socket, "zh") as client,
        ApiClient(socket, "en") as other,
    ):
        archive = service._archive
        await archive.add_enrolment(enrolment())
        events = [sms(key, "给你回扣".encode()) for key in range(1, COUNT + 1)]
        await archive.ingest(ingest_of(events, verdicts=[verdict()]))

        for serial in OTHERS:
            await archive.add_enrolment(enrolment(serial))
            one_more = ingest_of([sms(1, "给你回扣".encode(), device=serial)], device=serial, verdicts=[verdict()])
            await archive.ingest(one_more)
        service._directory.forget()

        first = await find_alerts(client, AlertQuery(limit=400, severity=Severity.HIGH, employee="林小雨", assignee=""))
        rest = await find_alerts(client, AlertQuery(limit=400, before=first.next_before))
        ids = [alert.alert_id for alert in (*first.items, *rest.items)]
        assert len(set(ids)) == COUNT + len(OTHERS)
        assert (await find_alerts(client, AlertQuery(before=rest.next_before))).next_before is None

        told: dict[str, StreamItem] = {}
        kinds: Counter[StreamKind] = Counter()
        devices: dict[str, int] = {}
        as_they_are_now = dict.fromkeys((PHONE, *OTHERS), 0)
        started, all_told = asyncio.Event(), asyncio.Event()

        async def listen() -> None:
            async with aclosing(other.stream()) as items:
                async for item in items:
                    kinds[item.kind] += 1
                    if item.device is not None:
                        devices[item.device.serial] = item.device.open_alerts
                    started.set()
                    if item.alert is not None and item.alert.assignee == "韩梅梅":
                        told[item.alert.alert_id] = item
                    if len(told) == len(ids) and devices == as_they_are_now:
                        all_told.set()

        listening = asyncio.create_task(listen())
        await started.wait()
        batch = AlertBatch(alert_ids=tuple(ids), to=AlertStatus.ACKNOWLEDGED, assignee="韩梅梅", note="一起看")
        report = await handle_alerts(client, batch)
        assert [item.alert_id for item in report.items] == ids
        assert all(item.code is None for item in report.items)
        await asyncio.wait_for(all_told.wait(), 10)
        await asyncio.sleep(0.3)
        assert kinds[StreamKind.RESET] == 0, "handling many makes nobody reload"
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

        one = await assign_alert(client, ids[0], AssignAlert(assignee="李雷", note="换人"))
        assert (one.assignee, one.status, one.ledger_index) == (
            "李雷",
            AlertStatus.ACKNOWLEDGED,
            first.items[0].ledger_index,
        )
        assert [step.assignee for step in await alert_history(other, ids[0])] == [None, "韩梅梅", "韩梅梅", "李雷"]
        with pytest.raises(ApiRefusedError) as refused:
            await handle_alerts(client, AlertBatch(alert_ids=("al_x",)))
        assert refused.value.code == "request.invalid"
        gone = await handle_alerts(client, AlertBatch(alert_ids=("al_x",), to=AlertStatus.OPEN))
        assert (gone.items[0].code, gone.items[0].alert) == ("alert.not_found", None)
        client.speak("en")
        english = await handle_alerts(client, AlertBatch(alert_ids=("al_x",), to=AlertStatus.OPEN))
        assert gone.items[0].message != english.items[0].message, "each in the language of the call"

        counted = await figures(client, FigureQuery(name=FigureName.ALERTS, bucket=Bucket.HOUR, employee="林小雨"))
        high = next(line for line in counted.series if line.label == "high")
        assert sum(value or 0 for value in high.values) == COUNT + len(OTHERS)
        state = await rules_state(client)
        assert (state.packs, state.files) == (("retail-zh",), ())

        entries = (await find_audit(client, AuditQuery(action="alert.", target=ids[-1]))).items
        assert [entry.action for entry in entries] == ["alert.batch"]
        day = timedelta(days=1)
        for query, found in (
            (AuditQuery(action="alert.", limit=3), ["alert.batch", "alert.batch", "alert.assign"]),
            (AuditQuery(action="alert.assign", outcome="refused"), []),
            (AuditQuery(action="alert", actor="nobody"), []),
            (AuditQuery(action="alert.assign", since=entries[0].at, until=entries[0].at + day), ["alert.assign"]),
            (AuditQuery(action="alert.assign", since=entries[0].at + day), []),
            (AuditQuery(action="alert.assign", until=entries[0].at - day), []),
            (AuditQuery(action="%"), []),
        ):
            page = await find_audit(client, query)
            assert [entry.action for entry in page.items] == found, query
        looked = (await find_audit(client, AuditQuery(action="audit.read", limit=20))).items
        assert "count=1 action=alert. target=*" in {entry.target for entry in looked}
        assert not any(ids[-1] in entry.target for entry in looked)
        assert (await client.verify()).ok
