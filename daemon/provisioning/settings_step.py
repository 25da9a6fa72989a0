"""Settings of the allow list, those that keep the link alive, and the phone's name."""

from collections.abc import Mapping

from adb_bridge.advice import Menu, advice_for
from adb_bridge.provisioning.settings import (
    LABEL,
    RULES,
    WriteOutcome,
    fault_of,
    keep_alive,
    read_settings,
    write_settings,
)

from ..api.provision_plan import Wanted
from ..api.provisioning import StepName
from .records import KeptChange, KeptItem
from .work import Applied, Finding, Work


def wished(wanted: Wanted, sdk: int) -> Mapping[str, str]:
    """Values by name; the plan's own before those that keep the link alive. What this Android does not know is left
    out."""
    values = dict(keep_alive(sdk)) if wanted.keep_alive else {}
    values |= {name: text_of(value) for name, value in (wanted.settings or {}).items()}
    if wanted.label is not None:
        values[LABEL] = wanted.label
    return {name: value for name, value in values.items() if name not in RULES or RULES[name].first_sdk <= (sdk or 99)}


def text_of(value: int | str) -> str:
    """As `settings put` takes it."""
    return str(int(value)) if isinstance(value, bool) else str(value)


class SettingsStep:
    """See the module."""

    name = StepName.SETTINGS

    async def look(self, work: Work) -> Finding:
        """What differs."""
        values = wished(work.wanted, work.sdk)
        faulty = next((name for name, value in values.items() if fault_of(name, value) is not None), None)
        if faulty is not None:
            fault = fault_of(faulty, values[faulty])
            return Finding(code=None if fault is None else fault.value)
        if not values:
            return Finding()
        found = await read_settings(work.session, tuple(values))
        return Finding(
            changes=tuple(
                KeptChange(step=self.name, name=name, before=found[name], after=value)
                for name, value in values.items()
                if found[name] != value
            )
        )

    async def apply(self, work: Work, finding: Finding) -> Applied:
        """Write them."""
        values = {one.name: one.after for one in finding.changes if one.after is not None}
        outcomes = await write_settings(work.session, values)
        if WriteOutcome.REFUSED in outcomes.values():
            key = advice_for(Menu.WRITE_SETTINGS, work.profile.vendor)
            item = KeptItem(item="write_settings", step=self.name, text_key=key, is_detected=True)
            return Applied(items=(item,), code="setting_refused")
        return Applied(code="setting_not_kept" if WriteOutcome.NOT_KEPT in outcomes.values() else None)
