"""The page of roles says what the code does, and the code leaves no endpoint or verb out."""

from daemon.api.wire import Role, Verb
from daemon.http.routes import ROUTES
from daemon.roles import LOCAL_ONLY, VERB_PERMISSIONS, Permission, may
from scripts.role_tables import PAGE, with_tables


def test_the_page_is_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert with_tables(text) == text, "run python -m scripts.role_tables"


def test_every_verb_and_permission_is_used_and_only_owners_hold_the_keys() -> None:
    assert set(VERB_PERMISSIONS) == set(Verb)
    used = {route.permission for route in ROUTES} | set(VERB_PERMISSIONS.values())
    for permission in Permission:
        assert any(may(role, permission) for role in Role)
    assert {route.permission for route in ROUTES if route.path.startswith(("/v1/keys", "/v1/web"))} - {
        Permission.HELLO
    } <= LOCAL_ONLY
    assert used >= LOCAL_ONLY
    for role in (Role.ADMIN, Role.REVIEWER, Role.AUDITOR, Role.EMPLOYEE):
        assert not may(role, Permission.KEYS_MANAGE) and not may(role, Permission.CONSOLES_MANAGE)
    assert not may(Role.REVIEWER, VERB_PERMISSIONS[Verb.WIPE])
