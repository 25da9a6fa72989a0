"""Runs as clients see them."""

from datetime import UTC, datetime
from typing import Final

import msgspec

from ..api.provisioning import ProvisionChange, ProvisionItem, ProvisionPhone, ProvisionRun, RunState
from ..api.texts import Texts
from ..archive.provisioning import ArchivedRun, StoredRunState
from .acknowledgements import Acknowledgements
from .enrol_step import ACKNOWLEDGE
from .live_run import LiveRun
from .records import KeptItem, KeptPhone, mark_of

_EPOCH: Final = datetime.fromtimestamp(0, UTC)


def run_view(live: LiveRun, acknowledgements: Acknowledgements, texts: Texts) -> ProvisionRun:
    """With its phones."""
    return ProvisionRun(
        run_id=live.run_id,
        name=live.plan.name,
        plan_sha256=live.plan_sha256,
        state=live.state,
        is_check=live.is_check,
        jobs=live.jobs,
        asked_by=live.by.name,
        started_at=live.started_at,
        ended_at=live.ended_at,
        revision=live.revision,
        phones=tuple(
            msgspec.structs.replace(
                phone_view(phone, texts),
                updated_at=live.updated[at],
                is_code_shown=phone.serial is not None and acknowledgements.is_offered(phone.serial),
            )
            for at, phone in enumerate(live.phones)
        ),
        counts=live.counts,
    )


def line_view(run: ArchivedRun) -> ProvisionRun:
    """Without its phones."""
    return ProvisionRun(
        run_id=run.run_id,
        name=run.name,
        plan_sha256=run.plan_sha256,
        state={
            StoredRunState.RUNNING: RunState.RUNNING,
            StoredRunState.ENDED: RunState.ENDED,
            StoredRunState.CANCELLED: RunState.CANCELLED,
        }[run.state],
        is_check=False,
        jobs=run.jobs,
        asked_by=run.asked_by,
        started_at=run.started_at,
        ended_at=run.ended_at,
        revision=0,
    )


def code_text(code: str, texts: Texts) -> str:
    """In words: of provisioning, of a command's result, of an error."""
    for key in (f"provision.code.{code}", f"result.{code}", f"error.{code}.message"):
        if texts.has(key):
            return texts.get(key)
    return code


def phone_view(phone: KeptPhone, texts: Texts) -> ProvisionPhone:
    """One phone as it is told."""
    is_waiting_for_ack = any(one.item == ACKNOWLEDGE and one.is_open for one in phone.items)
    return ProvisionPhone(
        entry=phone.entry,
        serial=phone.serial,
        employee=phone.employee,
        label=phone.label,
        vendor=phone.vendor,
        android=phone.android,
        result=phone.result,
        step=phone.step,
        code=phone.code,
        text=None if phone.code is None else code_text(phone.code, texts),
        changes=tuple(
            ProvisionChange(
                step=one.step,
                name=one.name,
                before=one.before,
                after=one.after,
                is_certain=mark_of(one) not in phone.begun,
            )
            for one in phone.changes
        ),
        items=tuple(_item(one, texts) for one in phone.items),
        awaits_acknowledgement=is_waiting_for_ack,
        is_code_shown=False,
        updated_at=_EPOCH,
    )


def _item(item: KeptItem, texts: Texts) -> ProvisionItem:
    return ProvisionItem(
        item=item.item,
        step=item.step,
        text=texts.get(item.text_key, **item.values),
        is_detected=item.is_detected,
        is_required=item.is_required,
        confirmed_by=item.confirmed_by,
        confirmed_at=item.confirmed_at,
    )
