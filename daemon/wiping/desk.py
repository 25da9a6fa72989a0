"""Wipes, as people look at them. Asking for one and agreeing to one go the way of all commands."""

import msgspec

from ..api.texts import Texts
from ..api.wiping import (
    Wipe,
    WipeCertificateView,
    WipeEvidenceView,
    WipeOutlook,
    WipeStageLine,
)
from ..api.wire import Verb
from ..archive.archive import Archive
from ..archive.wipes import ArchivedWipeStep, WipeStage
from ..device_directory import DeviceDirectory
from ..rights.guard import PrivacyGuard
from ..rights.sight import Sight
from ..roles import Permission, require
from ..service import Caller
from ..service_errors import not_found, refusing, unusable
from . import certificate
from .outlook import WipeOutlooks


class WipesDesk:
    """Behind `/v1/wipes`. Methods raise ServiceError only."""

    def __init__(
        self,
        *,
        archive: Archive,
        directory: DeviceDirectory,
        guard: PrivacyGuard,
        outlooks: WipeOutlooks,
        texts: dict[str, Texts],
    ) -> None:
        self._archive = archive
        self._directory = directory
        self._guard = guard
        self._outlooks = outlooks
        self._texts = texts

    async def outlook(self, caller: Caller, serial: str) -> WipeOutlook:
        """Asks the phone; changes nothing. `device.not_enrolled`."""
        require(caller, Permission.COMMANDS_READ)
        with refusing():
            device = await self._directory.serial_of(serial)
            if device not in await self._directory.in_force():
                raise unusable("device.not_enrolled", http_status=409)
            return await self._outlooks.of(device, self._texts[caller.language])

    async def one(self, caller: Caller, command_id: str) -> Wipe:
        """Stage by stage; with its certificate once it is verified."""
        require(caller, Permission.COMMANDS_READ)
        texts = self._texts[caller.language]
        with refusing():
            command = await self._archive.command(command_id)
            steps = await self._archive.wipes.of(command_id)
            if not steps and (command is None or command.verb is not Verb.WIPE):
                raise not_found("wipe")
            sight = await self._guard.sight(caller.role, texts)
        certified = next((one for one in steps if one.step.stage is WipeStage.CERTIFIED), None)
        return Wipe(
            command_id=command_id,
            device=command.device if command is not None else steps[0].step.device,
            state="" if command is None else command.state.value,
            stages=tuple(_line(one, texts) for one in steps),
            certificate=None if certified is None else _certificate(certified, sight),
        )


def _line(step: ArchivedWipeStep, texts: Texts) -> WipeStageLine:
    stage = step.step.stage.name.lower()
    return WipeStageLine(
        at=step.at,
        stage=stage,
        stage_text=texts.get(f"wipe.stage.{stage}"),
        code=step.step.code,
        ledger_index=step.ledger_index,
    )


def _certificate(step: ArchivedWipeStep, sight: Sight) -> WipeCertificateView | None:
    try:
        found = certificate.read(step.step.facts)
    except msgspec.MsgspecError:
        return None  # the ledger has it as it is; a later program may have written more
    evidence = msgspec.structs.asdict(found.evidence)
    return WipeCertificateView(
        command_id=found.command_id,
        device=found.device,
        model=found.model,
        employee=found.employee,
        requested_by=found.requested_by,
        requested_at=found.requested_at,
        reason=sight.line(found.reason),
        approved_by=found.approved_by,
        approved_at=found.approved_at,
        was_read_before=found.was_read_before,
        route=found.route,
        ordered_at=found.ordered_at,
        verified_at=found.verified_at,
        evidence=WipeEvidenceView(**evidence),
        is_locked_anew=found.is_locked_anew,
        holds=found.holds,
        ledger_index=step.ledger_index,
    )
