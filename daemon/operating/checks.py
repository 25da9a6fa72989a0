"""What `doctor` says of the daemon as a service; only what there is to say."""

from functools import lru_cache
from pathlib import Path

from policies.matching import machine_code

from ..api.texts import Texts
from ..api.wire import HealthCheck
from ..health_check import Status, check
from ..paths import COPY_OF_UPGRADE
from ..system import may_make_code


def service_checks(texts: Texts, state: Path) -> list[HealthCheck]:
    """Lines of the doctor."""
    found: list[HealthCheck] = []
    if (state / COPY_OF_UPGRADE).is_dir():
        detail, advice = texts.get("health.upgrade_waits"), texts.get("health.advice.upgrade_waits")
        found.append(check("upgrade", Status.WARN, detail, advice))
    if machine_code.is_installed() and not _may_make_code():
        detail, advice = texts.get("health.machine_code_forbidden"), texts.get("health.advice.machine_code")
        found.append(check("machine_code", Status.INFO, detail, advice))
    return found


@lru_cache(maxsize=1)
def _may_make_code() -> bool:
    """What a process may do here does not change."""
    return may_make_code()
