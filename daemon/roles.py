"""One table: which role may do what. Everything that is not in it is refused.

The store's admin runs phones and sees that something is wrong, never what was written; the reviewer reads, the auditor
checks the readers.
"""

from enum import StrEnum

from .api.exit_codes import ExitCode
from .api.wire import Role, Verb
from .service import Caller, ServiceError


class Permission(StrEnum):
    """What a call needs."""

    HELLO = "hello"
    HEALTH = "health.read"
    DEVICES_READ = "devices.read"
    DEVICES_MANAGE = "devices.manage"
    ENROLMENTS_READ = "enrolments.read"
    ENROL = "enrolments.change"
    EVENTS_READ = "events.read"
    EVENTS_REVEAL = "events.reveal"
    IMPORT = "events.import"
    ALERTS_READ = "alerts.read"
    ALERTS_HANDLE = "alerts.handle"
    COMMANDS_READ = "commands.read"
    COMMANDS_ISSUE = "commands.issue"
    COMMANDS_WIPE = "commands.wipe"
    """Ask for a wipe; another person has to agree."""
    COMMANDS_APPROVE = "commands.approve"
    """Agree to what another person asked for."""
    PROVISION = "devices.provision"
    """Bring phones into service from a plan, and stand for acknowledgements on the bench."""
    EMPLOYEES_READ = "employees.read"
    """Who has which phone, who leaves, and who looks after what since."""
    EMPLOYEES_LEAVE = "employees.leave"
    """Have an employee leave, and take that back."""
    INTERCEPT_READ = "intercept.read"
    """Which actions followed a finding."""
    INTERCEPT_SWITCH = "intercept.switch"
    """The kill switch."""
    PINS_READ = "pins.read"
    """That the shop holds PINs of phones, not the PINs."""
    PINS_SHOW = "pins.show"
    PINS_CHANGE = "pins.change"
    """Keep a PIN that a person typed; forget a phone's PINs."""
    AUDIT_READ = "audit.read"
    VERIFY = "verify"
    PROVE = "proofs.make"
    HEADS_READ = "heads.read"
    HEADS_WITNESS = "heads.witness"
    STREAM = "stream"
    REQUESTS_READ = "requests.read"
    REQUESTS_HANDLE = "requests.handle"
    ERASURE_ASK = "erasure.ask"
    ERASURE_DECIDE = "erasure.decide"
    COPY_MAKE = "copies.make"
    EXPORT_ASK = "exports.ask"
    """Ask for exports, and get those one asked for."""
    EXPORT_READ = "exports.read"
    EXPORT_DECIDE = "exports.decide"
    DOCUMENTS_READ = "documents.read"
    DOCUMENTS_WRITE = "documents.write"
    KEYS_MANAGE = "keys.manage"
    CONSOLES_READ = "consoles.read"
    CONSOLES_MANAGE = "consoles.manage"
    """Invite consoles of other machines, and end that."""
    BACKUP = "backups.make"
    BACKUPS_READ = "backups.read"
    RETENTION_READ = "retention.read"
    RETENTION_RUN = "retention.run"
    HOLDS_CHANGE = "holds.change"
    RESCAN = "archive.rescan"
    """Have the archive looked through with the rules in force; shows counts, no content."""
    POLICY_READ = "policy.read"
    """The rules in force, and why they find a text of one's own."""
    POLICY_TRY = "policy.try"
    """Try rules on archived messages. What they find tells what is in them: for those who may reveal only."""
    WEB_LOGIN = "web.login"
    """Let people in by the web. Beside the role, it has to be the user whom the configuration names."""
    DELIVERY_READ = "delivery.read"
    """Where alerts go, and whether they arrive."""
    DELIVERY_MANAGE = "delivery.manage"
    SELF = "self"
    """What is kept about the caller."""


_EVERYBODY = frozenset({Permission.HELLO, Permission.HEALTH, Permission.STREAM, Permission.SELF})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: _EVERYBODY
    | {
        Permission.RETENTION_READ,
        Permission.HEADS_READ,
        Permission.HEADS_WITNESS,
        Permission.DEVICES_READ,
        Permission.DEVICES_MANAGE,
        Permission.ENROLMENTS_READ,
        Permission.ENROL,
        Permission.IMPORT,
        Permission.ALERTS_READ,
        Permission.ALERTS_HANDLE,
        Permission.COMMANDS_READ,
        Permission.COMMANDS_ISSUE,
        Permission.COMMANDS_WIPE,
        Permission.COMMANDS_APPROVE,
        Permission.PROVISION,
        Permission.EMPLOYEES_READ,
        Permission.EMPLOYEES_LEAVE,
        Permission.INTERCEPT_READ,
        Permission.INTERCEPT_SWITCH,
        Permission.PINS_READ,
        Permission.PINS_SHOW,
        Permission.PINS_CHANGE,
        Permission.BACKUP,
        Permission.CONSOLES_READ,
        Permission.BACKUPS_READ,
        Permission.REQUESTS_READ,
        Permission.REQUESTS_HANDLE,
        Permission.ERASURE_ASK,
        Permission.DOCUMENTS_READ,
        Permission.DOCUMENTS_WRITE,
        Permission.RESCAN,
        Permission.POLICY_READ,
        Permission.DELIVERY_READ,
        Permission.DELIVERY_MANAGE,
    },
    Role.REVIEWER: _EVERYBODY
    | {
        Permission.RETENTION_READ,
        Permission.PROVE,
        Permission.HEADS_READ,
        Permission.DEVICES_READ,
        Permission.ENROLMENTS_READ,
        Permission.EVENTS_READ,
        Permission.EVENTS_REVEAL,
        Permission.ALERTS_READ,
        Permission.ALERTS_HANDLE,
        Permission.COMMANDS_READ,
        Permission.EMPLOYEES_READ,
        Permission.INTERCEPT_READ,
        Permission.REQUESTS_READ,
        Permission.REQUESTS_HANDLE,
        Permission.COPY_MAKE,
        Permission.EXPORT_ASK,
        Permission.EXPORT_READ,
        Permission.EXPORT_DECIDE,
        Permission.POLICY_READ,
        Permission.POLICY_TRY,
        Permission.DELIVERY_READ,
    },
    Role.AUDITOR: _EVERYBODY
    | {
        Permission.PROVE,
        Permission.HEADS_READ,
        Permission.HEADS_WITNESS,
        Permission.ENROLMENTS_READ,
        Permission.RETENTION_READ,
        Permission.HOLDS_CHANGE,
        Permission.PINS_READ,
        Permission.EMPLOYEES_READ,
        Permission.INTERCEPT_READ,
        Permission.AUDIT_READ,
        Permission.CONSOLES_READ,
        Permission.BACKUPS_READ,
        Permission.VERIFY,
        Permission.REQUESTS_READ,
        Permission.ERASURE_DECIDE,
        Permission.EXPORT_READ,
        Permission.EXPORT_DECIDE,
        Permission.DOCUMENTS_READ,
        Permission.POLICY_READ,
        Permission.DELIVERY_READ,
    },
    Role.EMPLOYEE: frozenset({Permission.HELLO, Permission.SELF}),
}

VERB_PERMISSIONS: dict[Verb, Permission] = dict.fromkeys(Verb, Permission.COMMANDS_ISSUE) | {
    Verb.WIPE: Permission.COMMANDS_WIPE
}
"""What telling a phone to do something needs."""

LOCAL_ONLY: frozenset[Permission] = frozenset(
    {Permission.KEYS_MANAGE, Permission.CONSOLES_MANAGE, Permission.PINS_CHANGE, Permission.WEB_LOGIN}
)
"""Nobody has these from another machine: what opens the vault, who comes in, and secrets that people type."""


def may(role: Role, permission: Permission) -> bool:
    """Deny by default."""
    return permission in PERMISSIONS.get(role, frozenset())


def require(caller: Caller, permission: Permission) -> None:
    """Raise `permission.denied` (403, exit 5) unless the caller's role has it."""
    if caller.console is not None and permission in LOCAL_ONLY:
        raise ServiceError(
            "permission.local_only",
            http_status=403,
            exit_code=ExitCode.NOT_PERMITTED,
            role=caller.role.value,
            permission=permission.value,
        )
    is_gate = permission is Permission.WEB_LOGIN and caller.is_gate
    if not (may(caller.role, permission) or is_gate):
        raise ServiceError(
            "permission.denied",
            http_status=403,
            exit_code=ExitCode.NOT_PERMITTED,
            role=caller.role.value,
            permission=permission.value,
        )


def require_verb(caller: Caller, verb: Verb) -> None:
    """`require` for a command; whoever may not command phones at all hears of that."""
    require(caller, Permission.COMMANDS_ISSUE)
    require(caller, VERB_PERMISSIONS[verb])
