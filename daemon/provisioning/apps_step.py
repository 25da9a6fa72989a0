"""Of the apps that people installed, the allowed ones stay usable and the others are suspended. The maker's own apps
are left alone."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from adb_bridge.errors import ParseError
from adb_bridge.samples import sample_hash
from adb_bridge.shell_batch import run_batch
from adb_bridge.verbs.package_print import read_app_states

from ..api.provisioning import StepName
from ..api.wire import Parameters, Verb
from ..api.wire_commands import FreezeParameters, UnfreezeParameters
from .orders import told
from .records import KeptChange
from .work import Applied, Finding, Work

SUSPENDED: Final = "suspended"
USABLE: Final = "usable"
_LINE: Final = re.compile(rb"^package:([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)+)\r?$", re.MULTILINE)
_TIMEOUT_S: Final = 60.0
_AT_ONCE: Final = 10
_MOST_APPS: Final = 500
_COMMAND_APPS: Final = 50


class AppsStep:
    """See the module."""

    name = StepName.APPS

    async def look(self, work: Work) -> Finding:
        """Which are to be suspended, and which to be released."""
        allowed = work.wanted.allowed_apps
        if allowed is None:
            return Finding()
        states = await _states(work)
        changes = []
        for package in sorted(states):
            wanted = USABLE if package in allowed else SUSPENDED
            if states[package] not in (wanted, None):
                changes.append(KeptChange(step=self.name, name=package, before=states[package], after=wanted))
        return Finding(changes=tuple(changes))

    async def apply(self, work: Work, finding: Finding) -> Applied:
        """By commands."""
        for verb, after in ((Verb.FREEZE, SUSPENDED), (Verb.UNFREEZE, USABLE)):
            packages = tuple(one.name for one in finding.changes if one.after == after)
            for start in range(0, len(packages), _COMMAND_APPS):
                some = packages[start : start + _COMMAND_APPS]
                code = await told(work, verb, _parameters(verb, some), mark=",".join(some))
                if code is not None:
                    return Applied(code=code)
        return Applied()


def _parameters(verb: Verb, packages: Sequence[str]) -> Parameters:
    kept = tuple(packages)
    return FreezeParameters(packages=kept) if verb is Verb.FREEZE else UnfreezeParameters(packages=kept)


async def _states(work: Work) -> Mapping[str, str | None]:
    """By package; None: the phone does not tell."""
    (listed,) = await run_batch(work.session, ["pm list packages -3"], timeout_s=_TIMEOUT_S)
    packages = [match.decode("ascii") for match in _LINE.findall(listed.output)][:_MOST_APPS]
    if listed.status != 0:
        raise ParseError("pm list packages", sample_sha256=sample_hash(listed.output[:4096]))
    found: dict[str, str | None] = {}
    for start in range(0, len(packages), _AT_ONCE):
        some = packages[start : start + _AT_ONCE]
        sections = await run_batch(work.session, [f"dumpsys package {one}" for one in some], timeout_s=_TIMEOUT_S)
        for package, section in zip(some, sections, strict=True):
            states = [one for one in read_app_states(section.output, package) if one.is_installed is not False]
            if not states or any(one.is_suspended is None for one in states):
                found[package] = None
            else:
                is_out = all(one.is_suspended or one.is_disabled for one in states)
                found[package] = SUSPENDED if is_out else USABLE
    return found
