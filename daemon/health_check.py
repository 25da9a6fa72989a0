"""One line of the doctor."""

from enum import StrEnum

from .api.wire import HealthCheck


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    INFO = "info"
    WARN = "warn"
    FAIL = "fail"


def check(name: str, status: Status, detail: str, advice: str | None = None) -> HealthCheck:
    """For the wire."""
    return HealthCheck(name=name, status=status.value, detail=detail, advice=advice)
