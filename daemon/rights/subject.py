"""Whom a request is about: an employee by name, a customer by number. The number becomes a token and a masked form."""

from dataclasses import dataclass

from ..api.rights import SubjectKind
from ..archive.requests import ArchivedRequest
from ..archive.subjects import CustomerSubject, DataSubject, EmployeeSubject
from ..archive.transaction import Tokens
from ..peers import canonical_peer
from ..service_errors import unusable
from .sight import kept_line, kept_number

_FEWEST_DIGITS = 5
_MOST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSubject:
    """Without the number itself."""

    kind: SubjectKind
    shown: str
    token: bytes | None


def named_subject(text: str, tokens: Tokens) -> NamedSubject:
    """Of `employee:NAME` or `customer:NUMBER`. ServiceError `rights.bad_subject`, which names nobody."""
    kind, _, who = text.partition(":")
    who = who.strip()
    if kind == SubjectKind.EMPLOYEE and 1 <= len(who) <= _MOST_NAME and who.isprintable():
        return NamedSubject(kind=SubjectKind.EMPLOYEE, shown=who, token=None)
    peer = canonical_peer(who) if kind == SubjectKind.CUSTOMER else None
    if peer is None or sum(character.isdigit() for character in peer) < _FEWEST_DIGITS or any(map(str.isalpha, peer)):
        raise unusable("rights.bad_subject")
    return NamedSubject(
        kind=SubjectKind.CUSTOMER, shown=kept_number(peer.removeprefix("+86")), token=tokens.of_number(peer)
    )


def subject_of(request: ArchivedRequest) -> DataSubject:
    """Whose records a request is about."""
    if request.subject_token is not None:
        return CustomerSubject(token=request.subject_token)
    return EmployeeSubject(name=request.subject)


def told(text: str | None) -> str | None:
    """Free text as it is kept with a request: contact details masked, one line of harmless characters or None."""
    if text is None or not text.strip():
        return None
    return kept_line(text.strip())
