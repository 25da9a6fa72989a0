"""The bench: a look changes nothing, the employee reads the notice first, one silent phone delays nobody."""

import asyncio
import re
from argparse import Namespace
from pathlib import Path

import msgspec
import pytest

from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import AuthMode
from daemon.api.exit_codes import ExitCode
from daemon.api.plan_text import read_plan
from daemon.api.provisioning import (
    AckReceipt,
    AckRequest,
    AckRequestOffer,
    ConfirmRequest,
    PhoneResult,
    ProvisionCancel,
    ProvisionPhone,
    ProvisionQuery,
    ProvisionRequest,
    ProvisionRun,
    RunState,
)
from daemon.api.texts import load_texts
from daemon.app import CATALOG
from daemon.cli.verify_ack import run as verify_ack
from daemon.provisioning.desk import ProvisioningDesk
from daemon.provisioning.slots import Slots
from daemon.provisioning.statements import ReceiptError, judge, judge_qr
from daemon.service import ServiceError

from .daemon_support import ADMIN, OWNER, REVIEWER, phone, quick_config, request, running, seen

PLAN = b"""\
schema = 1
[defaults]
notice_version = "v1"
scope = ["sms"]
basis = "contract, section 7"
work_hours = ["Mon-Sat 09:00-21:00"]
notice = true
pin = "generate"
[defaults.settings]
"system.screen_off_timeout" = 120000
[[phone]]
serial = "PIXEL"
employee = "Li Na"
label = "Counter 1"
[[phone]]
serial = "OLD"
employee = "Wang Wei"
[[phone]]
serial = "TAKEN"
employee = "Zhao"
[[phone]]
serial = "NOWHERE"
employee = "Nobody"
"""
WRITES = re.compile(r"settings (put|delete)|notification post|pm (suspend|disable)|locksettings (set|clear)")


async def ended(desk: ProvisioningDesk, run: ProvisionRun) -> dict[str | None, ProvisionPhone]:
    """Its phones by serial, once the run is over."""
    async with asyncio.timeout(40):
        while run.state is RunState.RUNNING:
            run = await desk.one(OWNER, run.run_id, ProvisionQuery(after=run.revision, wait_s=5))
    return {one.serial: one for one in run.phones}


def written(phone: SimPhone) -> list[str]:
    return [
        one.command for one in phone.journal if WRITES.search(one.command) and "shopwarden_probe" not in one.command
    ]


async def refused(call: "object") -> str:
    with pytest.raises(ServiceError) as caught:
        await call  # type: ignore[misc]
    return caught.value.code


def code_on(phone: SimPhone) -> str:
    """As its holder reads it."""
    text = next(one.text for one in phone.notifications.list() if one.tag == "shopwarden-notice")
    assert text is not None
    return text[-9:]


async def test_from_a_look_to_phones_in_service(tmp_path: Path) -> None:
    async with (
        phone("PIXEL", pin=None) as pixel, phone("OLD", sdk=29, pin="1234") as old, phone("TAKEN") as taken,
        running(tmp_path, quick_config(pixel, old, taken)) as service,
    ):  # fmt: skip
        for serial in ("PIXEL", "OLD", "TAKEN"):
            await seen(service, serial)
        await service.enrol(OWNER, request("TAKEN"))
        desk, plan = service.desks.provisioning, read_plan(PLAN)

        # A look: what a phone without an enrolment is asked is who it is, and nothing is written on any.
        asked = ProvisionRequest(plan=plan, is_check=True, wait_for_phones_s=0.3)
        assert await refused(desk.start(REVIEWER, asked)) == "permission.denied"
        looked = await ended(desk, await desk.start(OWNER, asked))
        assert {one: looked[one].result for one in looked} == {
            "PIXEL": PhoneResult.PLANNED, "OLD": PhoneResult.PLANNED, "TAKEN": PhoneResult.FAILED,
            "NOWHERE": PhoneResult.ABSENT,
        }  # fmt: skip
        assert looked["TAKEN"].code == "enrolled_to_other"
        assert ("system.screen_off_timeout", None, "120000") in [
            (one.name, one.before, one.after) for one in looked["PIXEL"].changes
        ]
        assert written(pixel) == written(old) == []
        assert not any("settings get system" in one.command for one in pixel.journal)
        assert await desk.all(OWNER) == ()

        # The run: nobody has read the notice yet.
        run = await desk.start(ADMIN, ProvisionRequest(plan=plan, wait_for_phones_s=0.3))
        phones = await ended(desk, run)
        assert [phones[one].result for one in ("PIXEL", "OLD")] == [PhoneResult.NEEDS_PERSON] * 2
        assert phones["PIXEL"].awaits_acknowledgement and written(pixel) == []
        item = ConfirmRequest(serial="PIXEL", item="acknowledge")
        assert await refused(desk.confirm(OWNER, run.run_id, item)) == "provisioning.not_confirmable"

        # On the phone itself, with a code that only its reader knows.
        offer = await desk.offer(ADMIN, run.run_id, AckRequestOffer(serial="PIXEL"))
        assert (offer.where, offer.code) == ("phone", None) and offer.text in _shown(pixel)
        good = AckRequest(serial="PIXEL", code=code_on(pixel).lower().replace("-", " "), employee=" Li  Na ")
        other = msgspec.structs.replace(good, employee="Wang Wei")
        assert await refused(desk.acknowledge(ADMIN, run.run_id, other)) == "provisioning.other_employee"
        for _ in range(4):
            wrong = msgspec.structs.replace(good, code="0000-0000")
            assert await refused(desk.acknowledge(ADMIN, run.run_id, wrong)) == "provisioning.wrong_code"
        assert await refused(desk.acknowledge(ADMIN, run.run_id, wrong)) == "provisioning.no_code"
        assert await refused(desk.acknowledge(ADMIN, run.run_id, good)) == "provisioning.no_code"
        offer = await desk.offer(ADMIN, run.run_id, AckRequestOffer(serial="PIXEL"))
        good = msgspec.structs.replace(good, code=code_on(pixel))
        receipt = await desk.acknowledge(ADMIN, run.run_id, good)
        assert await desk.receipt(OWNER, "PIXEL") == receipt
        _check_receipt(receipt, offer.qr, tmp_path)

        # Android 10 shows no notice: the code is handed over, and the record says so.
        offer = await desk.offer(ADMIN, run.run_id, AckRequestOffer(serial="OLD"))
        assert offer.where == "bench" and offer.code is not None
        handed = AckRequest(serial="OLD", code=offer.code, employee="Wang Wei")
        assert "\nway code-at-bench\n" in (await desk.acknowledge(ADMIN, run.run_id, handed)).statement

        phones = await ended(desk, await desk.one(OWNER, run.run_id, ProvisionQuery()))
        assert phones["PIXEL"].result is PhoneResult.DONE, phones["PIXEL"]
        assert {one.name for one in phones["PIXEL"].changes} >= {"enrolment", "system.screen_off_timeout", "pin"}
        assert pixel.handset.settings.get("global", "device_name") == "Counter 1"
        # Its own PIN is nobody's here: not one try is made, however often the plan is run.
        assert (phones["OLD"].step, phones["OLD"].code) == ("pin", "pin_unknown")
        assert {one.item for one in phones["OLD"].items if one.is_required} == {
            "remove_lock",
            "notice_needs_android_11",
        }
        assert not any("set-pin" in one for one in written(old))
        old.handset.power.set_credential(None)
        done = ConfirmRequest(serial="OLD", item="notice_needs_android_11", note="sticker on the back")
        phones = await ended(desk, await desk.confirm(ADMIN, run.run_id, done))
        assert phones["OLD"].result is PhoneResult.DONE, phones["OLD"]
        assert [one.confirmed_by for one in phones["OLD"].items if one.item == done.item] == ["admin"]

        # Again: nothing is done twice, and a run that goes on knows what was confirmed.
        before = written(pixel), written(old)
        again = await ended(desk, await desk.start(OWNER, ProvisionRequest(plan=plan, wait_for_phones_s=0.3)))
        assert again["PIXEL"].changes == () and again["PIXEL"].result is PhoneResult.DONE
        assert (written(pixel), written(old)) == before
        assert again["OLD"].result is PhoneResult.DONE
        assert [one.confirmed_by for one in again["OLD"].items if one.item == done.item] == ["admin"]
        look = await desk.start(OWNER, ProvisionRequest(plan=plan, is_check=True, wait_for_phones_s=0.3))
        assert (await ended(desk, look))["OLD"].result is PhoneResult.DONE
        cancel = desk.cancel(OWNER, run.run_id, ProvisionCancel(reason="over"))
        assert await refused(cancel) == "provisioning.ended"
        enrolled = {one.serial: one for one in await service.enrolments(OWNER)}
        assert (enrolled["PIXEL"].employee, enrolled["PIXEL"].acknowledged_by) == ("Li Na", "Li Na")


async def test_a_phone_that_asks_its_holder_says_so_and_goes_on(tmp_path: Path) -> None:
    async with phone("PIXEL", auth=AuthMode.PENDING) as pixel, running(tmp_path, quick_config(pixel)) as service:
        pixel.allow_host()
        await seen(service, "PIXEL")
        pixel.doors.unauthorize()
        desk = service.desks.provisioning
        plan = read_plan(b"schema = 1\n[[phone]]\nserial = 'PIXEL'\nemployee = 'Li Na'\nnotice_version = 'v1'")
        run = await desk.start(OWNER, ProvisionRequest(plan=plan, wait_for_phones_s=30))
        async with asyncio.timeout(20):
            while run.phones[0].code != "phone_unauthorized":
                run = await desk.one(OWNER, run.run_id, ProvisionQuery(after=run.revision, wait_s=1))
        assert run.phones[0].result is PhoneResult.WAITING and "Always allow" in run.phones[0].items[0].text
        pixel.allow_host()
        found = (await ended(desk, run))["PIXEL"]
        assert found.awaits_acknowledgement and [one.item for one in found.items] == ["acknowledge"]


def _shown(phone: SimPhone) -> str:
    return "\n".join(one.text or "" for one in phone.notifications.list())


def _check_receipt(receipt: AckReceipt, qr: str, folder: Path) -> None:
    judged = judge(receipt, receipt.public_key)
    assert (judged.fields["employee"], judged.fields["way"], judged.fields["witness"]) == (
        "Li Na", "code-on-phone", "admin",
    )  # fmt: skip
    assert judge_qr(qr, receipt.public_key)["offer"] == judged.fields["offer"]
    with pytest.raises(ReceiptError):
        judge_qr(qr.replace("Li Na", "Li Ni"), receipt.public_key)
    texts = load_texts("zh", CATALOG)
    for number, (content, expected) in enumerate(
        (
            (receipt, ExitCode.OK),
            (msgspec.structs.replace(receipt, statement=receipt.statement.replace("Li", "Lo")), ExitCode.INTEGRITY),
            (msgspec.structs.replace(receipt, notice=receipt.notice + "."), ExitCode.INTEGRITY),
            (msgspec.structs.replace(receipt, employee="Lo Na"), ExitCode.INTEGRITY),
        )
    ):
        file = folder / f"{number}.json"
        file.write_bytes(msgspec.json.encode(content))
        options = Namespace(file=file, public_key=receipt.public_key, json=True, jsonl=False)
        assert verify_ack(options, texts) is expected, number
    file.write_bytes(b"\xff{")
    assert verify_ack(options, texts) is ExitCode.INTEGRITY


async def test_one_who_is_silent_gives_the_place_away() -> None:
    slots, order = Slots(1, patience_s=0.02), []
    silent = asyncio.Event()

    async def wait() -> None:
        await silent.wait()
        order.append("silent")

    async def work() -> None:
        order.append("quick")
        silent.set()

    async with asyncio.timeout(5):
        await asyncio.gather(slots.turn(wait), slots.turn(work))
    assert order == ["quick", "silent"]
