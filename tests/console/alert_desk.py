"""The daemon's desk of alerts for a FakeClient: lots, who looks after them, history."""

from functools import partial

import msgspec

from console.app.flows.alert_steps import STEPS, AlertAct
from daemon.api.alert_life import AlertBatch, AlertBatchItem, AlertBatchReport, AlertStep, AssignAlert
from daemon.api.errors import ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Alert, AlertStatus, Page
from daemon.api.wire_base import Wire

from . import sample_shop as sample
from .fake_client import FakeClient

_ADMITTED = {STEPS[act].to: STEPS[act].admitted for act in AlertAct if STEPS[act].to is not None}


def old() -> ApiRefusedError:
    """What a daemon of before says."""
    return ApiRefusedError("request.method_not_allowed", "No such method.", "See the document.", ExitCode.USAGE, 405)


class AlertDesk:
    """Answers for `client`; `lots` are the ids of each batch."""

    def __init__(self, client: FakeClient) -> None:
        self._client = client
        self.lots: list[tuple[str, ...]] = []
        self.steps: tuple[AlertStep, ...] = ()
        client.answers["POST", "/v1/alerts/batch"] = self._batch
        for alert in client.alert_list:
            alert_id, path = alert.alert_id, f"/v1/alerts/{alert.alert_id}"
            client.answers["GET", path] = partial(self._one, alert_id)
            client.answers["GET", f"{path}/history"] = lambda body: Page[AlertStep](items=self.steps)
            client.answers["POST", f"{path}/assignee"] = partial(self._assign, alert_id)

    def alert(self, alert_id: str) -> Alert:
        return next(alert for alert in self._client.alert_list if alert.alert_id == alert_id)

    def put(self, alert_id: str, **changes: object) -> Alert:
        """As somebody else would."""
        position = self._client.alert_list.index(self.alert(alert_id))
        changed = msgspec.structs.replace(self._client.alert_list[position], **changes)
        self._client.alert_list[position] = changed
        return changed

    def _one(self, alert_id: str, body: Wire | None) -> Alert:
        return self.alert(alert_id)

    def _assign(self, alert_id: str, body: Wire | None) -> Alert:
        assert isinstance(body, AssignAlert)
        return self.put(alert_id, assignee=body.assignee or None)

    def _batch(self, body: Wire | None) -> AlertBatchReport:
        assert isinstance(body, AlertBatch)
        self.lots.append(body.alert_ids)
        return AlertBatchReport(items=tuple(self._item(alert_id, body) for alert_id in body.alert_ids))

    def _item(self, alert_id: str, batch: AlertBatch) -> AlertBatchItem:
        alert = self.alert(alert_id)
        if batch.to is not None and alert.status not in _ADMITTED[AlertStatus(batch.to)]:
            return AlertBatchItem(alert_id=alert_id, code="alert.wrong_state", message="It cannot go there.")
        changes: dict[str, object] = {"handled_by": "owner", "handled_at": sample.NOW}
        if batch.to is not None:
            changes["status"] = batch.to
        if batch.assignee is not None:
            changes["assignee"] = batch.assignee or None
        if batch.note is not None:
            changes["note"] = batch.note
        return AlertBatchItem(alert_id=alert_id, alert=self.put(alert_id, **changes))
