"""What somebody looks for in the audit, and how their look is noted there itself."""

from .api.requests import AuditQuery
from .archive.drafts import AuditFilter


def audit_filter(query: AuditQuery) -> AuditFilter:
    """Its conditions."""
    return AuditFilter(
        actor=query.actor,
        action=query.action,
        target=query.target,
        outcome=query.outcome,
        since=query.since,
        until=query.until,
    )


def read_target(query: AuditQuery, count: int) -> str:
    """How many were read, and by what; without what of a target was looked for, which is the reader's own text."""
    told = [
        f"{name}={value}"
        for name, value in (
            ("actor", query.actor),
            ("action", query.action),
            ("target", None if query.target is None else "*"),
            ("outcome", query.outcome),
            ("since", None if query.since is None else query.since.isoformat()),
            ("until", None if query.until is None else query.until.isoformat()),
        )
        if value is not None
    ]
    return " ".join((f"count={count}", *told))
