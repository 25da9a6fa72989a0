"""Provisioning, as people ask for it."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import msgspec

from adb_bridge.errors import AdbBridgeError, DeviceUnavailableError
from adb_bridge.provisioning.reading import FIRST_SDK, show_to_holder
from adb_bridge.records import DeviceSerial

from ..api.exit_codes import ExitCode
from ..api.plan_text import shown_path
from ..api.provision_plan import Plan, Wanted, faults
from ..api.provisioning import (
    AckOffer,
    AckReceipt,
    AckRequest,
    AckRequestOffer,
    ConfirmRequest,
    PhoneResult,
    ProvisionCancel,
    ProvisionQuery,
    ProvisionRequest,
    ProvisionRun,
)
from ..api.texts import Texts
from ..archive.errors import IllegalTransitionError
from ..audit import MAX_REASON, AuditTrail
from ..commanding.orders import Requester
from ..roles import Permission, require
from ..service import Caller, ServiceError
from ..service_errors import not_found, refusing, unusable
from .acknowledgements import AckRefused, notice_of
from .enrol_step import ACKNOWLEDGE
from .live_run import LiveRun
from .provisioner import Provisioner
from .views import line_view, run_view


class ProvisioningDesk:
    """Behind `/v1/provisioning`. Methods raise ServiceError only."""

    def __init__(
        self,
        *,
        provisioner: Provisioner,
        audit: AuditTrail,
        texts: dict[str, Texts],
        when_enrolled: Callable[[DeviceSerial], Awaitable[None]],
    ) -> None:
        self._provisioner = provisioner
        self._audit = audit
        self._texts = texts
        provisioner.when_enrolled(when_enrolled)

    async def start(self, caller: Caller, request: ProvisionRequest) -> ProvisionRun:
        """Begin a run. `provisioning.bad_plan`; `provisioning.running` while one of another plan is under way."""
        require(caller, Permission.PROVISION)
        _require_sense(request.plan)
        with refusing(), _refused():
            target = f"{request.plan.name} {'check' if request.is_check else 'apply'}"
            await self._audit.write(caller, "provision.start", target[:100])
            return self._view(caller, await self._provisioner.begin(request, Requester.of(caller)))

    async def all(self, caller: Caller) -> tuple[ProvisionRun, ...]:
        """Newest first, without phones."""
        require(caller, Permission.PROVISION)
        with refusing():
            return tuple(map(line_view, await self._provisioner.all()))

    async def one(self, caller: Caller, run_id: str, query: ProvisionQuery) -> ProvisionRun:
        """How it stands; with `after` once that changed."""
        require(caller, Permission.PROVISION)
        with refusing():
            live = await self._found(run_id)
            if query.after is not None:
                await live.wait_beyond(query.after, query.wait_s)
                live = await self._found(run_id)
            return self._view(caller, live)

    async def cancel(self, caller: Caller, run_id: str, request: ProvisionCancel) -> ProvisionRun:
        """End it early. `provisioning.ended` when it has ended."""
        require(caller, Permission.PROVISION)
        with refusing(), _refused():
            live = await self._found(run_id)
            if not any(not one.is_over for one in live.phones) and live.ended_at is not None:
                raise unusable("provisioning.ended", http_status=409)
            await self._audit.write(caller, "provision.cancel", run_id, reason=request.reason.strip()[:MAX_REASON])
            ended = await self._provisioner.cancel(run_id)
            return self._view(caller, live if ended is None else ended)

    async def confirm(self, caller: Caller, run_id: str, request: ConfirmRequest) -> ProvisionRun:
        """A person did something on a phone: it is kept who said so, and the phone is looked at again."""
        require(caller, Permission.PROVISION)
        with refusing(), _refused():
            live = await self._found(run_id)
            at = live.place_of(request.serial)
            if at is None:
                raise not_found("provisioning.phone")
            phone = live.phones[at]
            item = next((one for one in phone.items if one.item == request.item), None)
            if item is None:
                raise not_found("provisioning.item")
            if item.item == ACKNOWLEDGE:
                raise unusable("provisioning.not_confirmable", http_status=409)
            target = f"{run_id} {request.serial} {request.item}"
            await self._audit.write(caller, "provision.confirm", target[:200], reason=request.note[:MAX_REASON] or None)
            confirmed = msgspec.structs.replace(item, confirmed_by=caller.name, confirmed_at=live.now())
            items = tuple(confirmed if one.item == request.item else one for one in phone.items)
            await live.put(at, msgspec.structs.replace(phone, items=items))
            if phone.result in {PhoneResult.NEEDS_PERSON, PhoneResult.FAILED}:
                live = await self._provisioner.take_up_again(run_id, frozenset({at}))
            return self._view(caller, live)

    async def offer(self, caller: Caller, run_id: str, request: AckRequestOffer) -> AckOffer:
        """Lay the notice before the employee: on the work phone with a one-time code, or on the bench."""
        require(caller, Permission.PROVISION)
        with refusing():
            wanted = await self._wanted(run_id, request.serial)
            serial = DeviceSerial(request.serial)
            await self._audit.write(caller, "provision.notice", f"{run_id} {serial}"[:200])
            if not request.is_at_bench:
                offer, code = self._provisioner.acknowledgements.offer(serial, wanted, "phone")
                if await self._show(serial, wanted, code):
                    return offer
            offer, _ = self._provisioner.acknowledgements.offer(serial, wanted, "bench")
            return offer

    async def acknowledge(self, caller: Caller, run_id: str, request: AckRequest) -> AckReceipt:
        """The code came back: the record is signed, and the phone's steps begin. `provisioning.wrong_code`,
        `provisioning.no_code`, `provisioning.other_employee`."""
        require(caller, Permission.PROVISION)
        with refusing(), _refused():
            live = await self._found(run_id)
            at = live.place_of(request.serial)
            if at is None:
                raise not_found("provisioning.phone")
            serial = DeviceSerial(request.serial)
            taken = self._provisioner.acknowledgements.take(serial, request.code, request.employee, witness=caller.name)
            try:
                receipt = await taken
            except AckRefused as error:
                await self._audit.write(caller, "provision.acknowledge", f"{run_id} {serial}"[:200], outcome="refused")
                raise unusable(error.code, http_status=409) from None
            await self._audit.write(caller, "provision.acknowledge", f"{run_id} {serial}"[:200])
            await self._provisioner.take_up_again(run_id, frozenset({at}))
            return receipt

    async def receipt(self, caller: Caller, serial: str) -> AckReceipt:
        """The newest signed acknowledgement of a phone."""
        require(caller, Permission.ENROLMENTS_READ)
        with refusing():
            found = await self._provisioner.acknowledgements.receipt(serial)
            if found is None:
                raise not_found("provisioning.receipt")
            return found

    async def _show(self, serial: DeviceSerial, wanted: Wanted, code: str) -> bool:
        transport = self._provisioner.phones.transport_of(serial)
        if transport is None:
            raise ServiceError("adb.device_offline", http_status=503, exit_code=ExitCode.ADB)
        profile = self._provisioner.phones.profile_of(serial)
        if profile is not None and 0 < profile.sdk < FIRST_SDK:
            return False
        title, text = notice_of(self._provisioner.config, wanted.language)
        texts = self._texts.get(wanted.language or self._provisioner.config.store.language) or self._texts["en"]
        session = self._provisioner.phones.session(transport)
        try:
            return await show_to_holder(session, title=title, text=f"{text}\n\n{texts.get('bench.code', code=code)}")
        except DeviceUnavailableError:
            raise
        except AdbBridgeError:
            return False
        finally:
            await session.close()

    async def _wanted(self, run_id: str, serial: str) -> Wanted:
        live = await self._found(run_id)
        at = live.place_of(serial)
        if at is None or (wanted := live.wanted_of(live.phones[at])) is None:
            raise not_found("provisioning.phone")
        if not any(one.item == ACKNOWLEDGE and one.is_open for one in live.phones[at].items):
            raise unusable("provisioning.acknowledged", http_status=409)
        return wanted

    async def _found(self, run_id: str) -> LiveRun:
        live = await self._provisioner.find(run_id)
        if live is None:
            raise not_found("provisioning")
        return live

    def _view(self, caller: Caller, live: LiveRun) -> ProvisionRun:
        texts = self._texts.get(caller.language) or self._texts["en"]
        return run_view(live, self._provisioner.acknowledgements, texts)


def _require_sense(plan: Plan) -> None:
    """A client of ours has looked at it already, line by line; others are told the first mistake."""
    found = next(iter(faults(plan)), None)
    if found is None:
        return
    if found.code in {"setting_not_allowed", "setting_bad_value"}:
        setting = found.values["setting"]
        raise ServiceError(f"provisioning.{found.code}", http_status=422, exit_code=ExitCode.USAGE, setting=setting)
    where = shown_path(found.path)
    raise ServiceError(
        "provisioning.bad_plan", http_status=422, exit_code=ExitCode.USAGE, where=where, problem=found.code
    )


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except IllegalTransitionError as error:
        code = "provisioning.running" if error.to == "running" else "provisioning.ended"
        raise ServiceError(code, http_status=409, exit_code=ExitCode.USAGE) from None
