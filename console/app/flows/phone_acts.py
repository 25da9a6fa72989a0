"""What can be done with phones, and how much is asked before it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from daemon.api.wire import Verb

from ..access import Act
from ..dialogs.ladder import Rung


class PhoneAct(StrEnum):
    """One entry of the action menu, in its order."""

    LOCK = "lock"
    REFETCH = "refetch"
    NOTICE = "notice"
    ENROL = "enrol"
    CONNECT = "connect"
    PAIR = "pair"
    UNENROL = "unenrol"


LADDER: Final[Mapping[PhoneAct, Rung | None]] = {
    PhoneAct.LOCK: Rung.CONFIRM,
    PhoneAct.REFETCH: None,
    PhoneAct.NOTICE: None,
    PhoneAct.ENROL: None,
    PhoneAct.CONNECT: None,
    PhoneAct.PAIR: None,
    PhoneAct.UNENROL: Rung.TYPE_NAME,
}
"""None: it takes nothing away, so nothing is confirmed; what it needs to know is asked."""

RIGHT: Final[Mapping[PhoneAct, Act]] = {
    PhoneAct.LOCK: Act.LOCK,
    PhoneAct.REFETCH: Act.COMMAND,
    PhoneAct.NOTICE: Act.COMMAND,
    PhoneAct.ENROL: Act.ENROL,
    PhoneAct.CONNECT: Act.REACH_PHONES,
    PhoneAct.PAIR: Act.REACH_PHONES,
    PhoneAct.UNENROL: Act.ENROL,
}
VERB: Final[Mapping[PhoneAct, Verb]] = {
    PhoneAct.LOCK: Verb.LOCK,
    PhoneAct.REFETCH: Verb.REFETCH,
    PhoneAct.NOTICE: Verb.NOTICE,
}
"""Those that are commands to phones."""
WITHOUT_PHONE: Final = frozenset({PhoneAct.CONNECT, PhoneAct.PAIR})
FOR_ONE: Final = frozenset({PhoneAct.ENROL, PhoneAct.UNENROL})
EXPIRES_S: Final[Mapping[Verb, int]] = {Verb.LOCK: 24 * 3600, Verb.REFETCH: 600, Verb.NOTICE: 4 * 3600}
