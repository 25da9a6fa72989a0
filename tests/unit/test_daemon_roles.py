"""The permission table: deny by default, and those who run phones do not read messages."""

import pytest

from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Role
from daemon.roles import PERMISSIONS, Permission, may, require
from daemon.service import Caller, ServiceError


def test_every_role_is_in_the_table_and_only_the_owner_has_everything() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert PERMISSIONS[Role.OWNER] == set(Permission)
    for role in (Role.ADMIN, Role.REVIEWER, Role.AUDITOR, Role.EMPLOYEE):
        assert PERMISSIONS[role] < set(Permission)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_admin_and_auditor_cannot_read_messages(role: Role) -> None:
    assert not may(role, Permission.EVENTS_READ)
    assert not may(role, Permission.EVENTS_REVEAL)


def test_the_reader_is_not_the_auditor_and_does_not_command_phones() -> None:
    assert may(Role.REVIEWER, Permission.EVENTS_REVEAL)
    assert not may(Role.REVIEWER, Permission.AUDIT_READ)
    assert not may(Role.REVIEWER, Permission.COMMANDS_ISSUE)
    assert not may(Role.AUDITOR, Permission.ALERTS_READ)


def test_an_employee_sees_only_what_is_about_them() -> None:
    assert PERMISSIONS[Role.EMPLOYEE] == {Permission.HELLO, Permission.SELF}


def test_a_refusal_names_what_was_missing() -> None:
    caller = Caller(uid=7, name="x", role=Role.AUDITOR, language="en")
    with pytest.raises(ServiceError) as caught:
        require(caller, Permission.EVENTS_REVEAL)
    assert caught.value.http_status == 403
    assert caught.value.exit_code is ExitCode.NOT_PERMITTED
    assert caught.value.values["permission"] == "events.reveal"
