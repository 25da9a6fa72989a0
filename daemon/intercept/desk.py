"""Actions that follow a finding, as the API asks for them."""

from ..api.intercept import Intercept, InterceptQuery, InterceptState, InterceptStatus, SwitchIntercept
from ..archive.drafts import AuditDraft
from ..audit import MAX_REASON
from ..desk_parts import DeskParts
from ..roles import Permission, require
from ..service import Caller
from ..service_errors import refusing, unusable
from .interceptor import Interceptor
from .telling import intercept_view, state_of


class InterceptDesk:
    """One per daemon. Raises ServiceError only."""

    def __init__(self, parts: DeskParts, interceptor: Interceptor) -> None:
        self._archive = parts.archive
        self._directory = parts.directory
        self._section = parts.config.intercept
        self._texts = parts.texts
        self._interceptor = interceptor

    async def status(self, caller: Caller) -> InterceptStatus:
        """Whether actions are taken, and what is in force."""
        require(caller, Permission.INTERCEPT_READ)
        with refusing():
            switch = await self._archive.intercepts.switched()
            states = [state_of(one) for one in await self._archive.intercepts.open()]
        section = self._section
        return InterceptStatus(
            is_configured=section.enabled,
            is_switched_off=switch is not None and switch.is_off,
            switched_by=None if switch is None else switch.actor,
            switched_at=None if switch is None else switch.at,
            switch_reason=None if switch is None else switch.reason,
            in_force=states.count(InterceptState.IN_FORCE),
            undoing=states.count(InterceptState.UNDOING),
            min_severity=section.min_severity,
            apps=self._interceptor.deciding.apps,
            per_phone_hour=section.per_phone_hour,
            per_phone_day=section.per_phone_day,
            cooldown_s=section.cooldown_s,
        )

    async def switch(self, caller: Caller, request: SwitchIntercept) -> InterceptStatus:
        """The kill switch. Off undoes at once what is in force."""
        require(caller, Permission.INTERCEPT_SWITCH)
        if not request.reason.strip():
            raise unusable("reveal.reason_missing")
        with refusing():
            audit = AuditDraft(
                actor=caller.name, role=caller.role.value, action="intercept.on" if request.is_on else "intercept.off",
                target="intercept", reason=request.reason.strip()[:MAX_REASON], outcome="ok",
            )  # fmt: skip
            await self._interceptor.switch(audit, switch_off=not request.is_on)
        return await self.status(caller)

    async def page(self, caller: Caller, query: InterceptQuery) -> tuple[Intercept, ...]:
        """Newest first."""
        require(caller, Permission.INTERCEPT_READ)
        with refusing():
            found = await self._archive.intercepts.find(
                device=None if query.device is None else self._directory.named(query.device),
                alert_id=query.alert,
                is_open=query.is_open,
                before=query.before,
                limit=query.limit,
            )
            holders = await self._directory.in_force()
        texts = self._texts.get(caller.language) or self._texts["en"]
        return tuple(
            intercept_view(one, holder.employee if (holder := holders.get(one.draft.device)) else None, texts)
            for one in found
        )
