"""Behind `/v1/consoles`: inviting a console of another machine, who is paired, and ending that."""

from datetime import timedelta

from adb_bridge.clock import Clock

from ..api.consoles import ConsoleInvitation, InvitationState, InviteConsole, PairedConsole, RenewedCertificate
from ..api.exit_codes import ExitCode
from ..api.wire import Role
from ..archive.archive import Archive
from ..archive.consoles import MOST_CONSOLES, ArchivedConsole
from ..archive.drafts import AuditDraft
from ..archive.errors import RecordNotFoundError
from ..audit import AuditTrail
from ..config_lan import LanSection
from ..people_names import CONSOLE_NAME
from ..roles import Permission, require
from ..service import Caller, ServiceError
from ..service_errors import not_found, not_permitted, refusing, unusable
from .door import LanDoor
from .invitations import Invitation


class ConsolesDesk:
    """One per daemon. Raises ServiceError only."""

    def __init__(
        self,
        *,
        archive: Archive,
        audit: AuditTrail,
        clock: Clock,
        door: LanDoor,
        section: LanSection,
    ) -> None:
        self._archive = archive
        self._audit = audit
        self._clock = clock
        self._door = door
        self._register = door.register
        self._section = section
        self._invitation: Invitation | None = None

    async def invite(self, caller: Caller, request: InviteConsole) -> ConsoleInvitation:
        """Words for one console; ends an invitation that is open. `lan.off`, `lan.name_taken`, `lan.owner_not_wanted`,
        `lan.employee_missing`, `lan.full`, `employee.not_found`."""
        require(caller, Permission.CONSOLES_MANAGE)
        self._check(request)
        with refusing():
            await self._check_employee(request.employee)
            target = f"{CONSOLE_NAME}{request.name} {request.role.value}"
            await self._audit.write(caller, "consoles.invite", target)
        if self._invitation is not None:
            self._invitation.end(InvitationState.CANCELLED)
        invitation = Invitation(
            request=request,
            invited_by=caller.name,
            inviter_role=caller.role.value,
            address=self._door.address() if self._door.is_wanted else "",
            expires_at=self._clock.now() + timedelta(seconds=request.valid_s),
        )
        await self._door.invite(invitation)
        self._invitation = invitation
        shown = invitation.shown()
        return ConsoleInvitation(
            invitation_id=shown.invitation_id,
            state=shown.state,
            name=shown.name,
            role=shown.role,
            address=shown.address,
            expires_at=shown.expires_at,
            wrong_tries=shown.wrong_tries,
            words=invitation.code.english(),
            characters=invitation.code.chinese(),
        )

    async def invitation(self, caller: Caller, invitation_id: str) -> ConsoleInvitation:
        """How it stands; the newest one only."""
        require(caller, Permission.CONSOLES_MANAGE)
        return self._one(invitation_id).shown()

    async def cancel(self, caller: Caller, invitation_id: str) -> None:
        """Harmless when it has ended."""
        require(caller, Permission.CONSOLES_MANAGE)
        self._one(invitation_id).end(InvitationState.CANCELLED)

    async def consoles(self, caller: Caller) -> tuple[PairedConsole, ...]:
        """Those in force first."""
        require(caller, Permission.CONSOLES_READ)
        with refusing():
            if not self._door.is_open:
                await self._register.load()
        return tuple(self._shown(one) for one in self._register.all())

    async def revoke(self, caller: Caller, name_or_id: str) -> PairedConsole:
        """At once, also for what it has open."""
        require(caller, Permission.CONSOLES_MANAGE)
        with refusing():
            if not self._door.is_open:
                await self._register.load()
            found = self._register.find(name_or_id)
            if found is None or found.revoked_at is not None:
                raise not_found("console")
            try:
                revoked = await self._archive.consoles.revoke(found.console_id, _draft(caller, "revoke", found))
            except RecordNotFoundError:
                raise not_found("console") from None
        self._register.take(revoked)
        return self._shown(revoked)

    async def renew(self, caller: Caller) -> RenewedCertificate:
        """A newer certificate for the console that asks, with the key that it has."""
        require(caller, Permission.HELLO)
        identity = self._door.identity
        public_key = None if caller.console is None else self._register.public_key(caller.console)
        if caller.console is None or public_key is None or identity is None:
            raise not_found("console")
        certificate = identity.certificate_for(public_key, name=caller.console, now=self._clock.now())
        with refusing():
            found = self._register.find(caller.console)
            if found is None:
                raise not_found("console")
            draft = _draft(caller, "renew", found)
            try:
                renewed = await self._archive.consoles.renew(caller.console, certificate.not_after, draft)
            except RecordNotFoundError:
                raise not_permitted("lan.revoked") from None
        self._register.take(renewed)
        return RenewedCertificate(certificate=certificate.pem, expires_at=certificate.not_after)

    def _check(self, request: InviteConsole) -> None:
        if not self._door.is_wanted:
            raise unusable("lan.off", http_status=409)
        if request.role is Role.OWNER and not self._section.owner_consoles:
            raise not_permitted("lan.owner_not_wanted")
        if (request.role is Role.EMPLOYEE) is not (request.employee is not None):
            raise unusable("lan.employee_missing")
        in_force = [one for one in self._register.all() if one.revoked_at is None]
        if any(one.name == request.name for one in in_force):
            raise unusable("lan.name_taken", http_status=409)
        if len(in_force) >= MOST_CONSOLES:
            raise unusable("lan.full", http_status=409)

    async def _check_employee(self, name: str | None) -> None:
        """A name that no enrolment has would be a console that shows nothing, until somebody of that name comes."""
        if name is not None and all(one.employee != name for one in await self._archive.enrolments()):
            raise ServiceError("employee.not_found", http_status=404, exit_code=ExitCode.NOT_FOUND, name=name[:100])

    def _one(self, invitation_id: str) -> Invitation:
        invitation = self._invitation
        if invitation is None or invitation.invitation_id != invitation_id:
            raise not_found("invitation")
        return invitation

    def _shown(self, console: ArchivedConsole) -> PairedConsole:
        return PairedConsole(
            console_id=console.console_id,
            name=console.name,
            role=Role(console.role),
            employee=console.employee,
            paired_at=console.paired_at,
            paired_by=console.paired_by,
            expires_at=console.expires_at,
            last_seen_at=console.last_seen_at,
            is_connected=self._door.is_connected(console.spki),
            revoked_at=console.revoked_at,
            revoked_by=console.revoked_by,
        )


def _draft(caller: Caller, action: str, console: ArchivedConsole) -> AuditDraft:
    return AuditDraft(
        actor=caller.name,
        role=caller.role.value,
        action=f"consoles.{action}",
        target=f"{console.console_id} {CONSOLE_NAME}{console.name}",
        reason=None,
        outcome="ok",
    )
