"""Writes the tables of `docs/roles.md` from the code: `python -m scripts.role_tables`.

`--check` writes nothing and fails when a table is not what routes, verbs and permissions say.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from daemon.api.wire import Role, StreamKind, Verb
from daemon.http.routes import ROUTES
from daemon.http.stream import NEEDED
from daemon.roles import LOCAL_ONLY, VERB_PERMISSIONS, Permission, may

PAGE = Path(__file__).parents[1] / "docs" / "roles.md"
BEGIN = "<!-- tables: written by `python -m scripts.role_tables` -->"
END = "<!-- end of tables -->"
YES, NO = "✓", "·"


def tables() -> str:
    """Endpoints, verbs, the stream's items and permissions, each with the roles that have them."""
    endpoints = [
        (f"`{route.method} {route.path}`", f"`{route.permission.value}`", *_roles(route.permission), _here(route))
        for route in sorted(ROUTES, key=lambda route: (route.path, route.method))
    ]
    verbs = [(f"`{verb.value}`", f"`{VERB_PERMISSIONS[verb].value}`", *_roles(VERB_PERMISSIONS[verb])) for verb in Verb]
    items = [(f"`{kind.value}`", f"`{NEEDED[kind].value}`", *_roles(NEEDED[kind])) for kind in StreamKind]
    permissions = [(f"`{one.value}`", *_roles(one), "" if one not in LOCAL_ONLY else "box only") for one in Permission]
    roles = [role.value for role in Role]
    return "\n".join(
        (
            "## Endpoints\n", *_table(["endpoint", "permission", *roles, ""], endpoints),
            "\n## Verbs\n", *_table(["verb", "permission", *roles], verbs),
            "\n## What the stream tells\n", *_table(["item", "permission", *roles], items),
            "\n## Permissions\n", *_table(["permission", *roles, ""], permissions),
        )
    )  # fmt: skip


def with_tables(text: str) -> str:
    """The page with its tables as they have to be. ValueError when it has no marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


def main() -> int:
    """Write it, or tell that it differs."""
    text = PAGE.read_text(encoding="utf-8")
    wanted = with_tables(text)
    if wanted == text:
        return 0
    if "--check" in sys.argv[1:]:
        sys.stderr.write(f"{PAGE.name}: run python -m scripts.role_tables\n")
        return 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


def _roles(permission: Permission) -> tuple[str, ...]:
    return tuple(YES if may(role, permission) else NO for role in Role)


def _here(route: object) -> str:
    return "box only" if getattr(route, "permission", None) in LOCAL_ONLY else ""


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    sys.exit(main())
