"""What is asked of the queue, and by whom."""

from dataclasses import dataclass, field
from typing import Final

from adb_bridge.records import DeviceSerial

from ..api.wire import Parameters, Role, Verb
from ..audit import DAEMON_ACTOR, NO_ROLE
from ..service import Caller

DEFAULT_PRIORITY: Final = 50
"""0 goes first, 99 last; commands of one priority go in the order of their verbs, then of their age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """A person, or the daemon itself on behalf of a rule."""

    name: str
    role: str
    """A role's value, or NO_ROLE for the daemon."""
    uid: int | None = None
    """None: the daemon."""

    @classmethod
    def of(cls, caller: Caller) -> "Requester":
        """Who called."""
        return cls(name=caller.name, role=caller.role.value, uid=caller.uid)

    @property
    def is_daemon(self) -> bool:
        """Whether no person asked."""
        return self.uid is None

    @property
    def is_owner(self) -> bool:
        """Whether the shop's owner asked."""
        return self.role == Role.OWNER.value


DAEMON: Final = Requester(name=DAEMON_ACTOR, role=NO_ROLE)
"""On behalf of a rule: the reason names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOrder:
    """A command for one phone as it is asked for."""

    device: DeviceSerial
    verb: Verb
    reason: str
    parameters: Parameters | None = None
    expires_in_s: int | None = None
    """None: the verb's default."""
    idempotency_key: str | None = None
    """The same key of the same requester gives the same command."""
    priority: int = DEFAULT_PRIORITY
    needs_approval: bool = False
    """Waits for another person than the requester. A verb that always does need not say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOrder:
    """One command for several phones; the list is final."""

    devices: tuple[DeviceSerial, ...]
    verb: Verb
    reason: str
    parameters: Parameters | None = None
    expires_in_s: int | None = None
    idempotency_key: str | None = None
    priority: int = DEFAULT_PRIORITY
    needs_approval: bool = False
    left_out: dict[DeviceSerial, str] = field(default_factory=dict)
    """Phones that were asked for and get no command, with the code of why (`device.not_enrolled`)."""

    def of(self, device: DeviceSerial) -> CommandOrder:
        """What it is for one phone."""
        return CommandOrder(
            device=device,
            verb=self.verb,
            reason=self.reason,
            parameters=self.parameters,
            expires_in_s=self.expires_in_s,
            priority=self.priority,
            needs_approval=self.needs_approval,
        )
