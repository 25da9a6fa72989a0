"""Who is who: numbers, accounts and names that belong to one person, put together from what the archive holds.

A person is called by one of their tokens, the number that the archive met first; what is put together later changes
nothing for whoever has one number. A name that several people have belongs to none of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from policies.contacts import find_contacts
from policies.contacts.known_names import KnownNames, folded_names
from policies.contacts.plain import ACCOUNTS, plain_detail
from policies.contacts.remarks import is_full_name
from policies.model import ContactKind
from policies.notices.chat import MESSENGERS

from ..archive.people import KnownContact, KnownPeer
from ..archive.transaction import Tokens

MOST_NAMES: Final = 100_000
"""Names that are looked for in texts; some 60 MB. What comes after them is masked by its cues only."""
MOST_PEOPLE: Final = 300_000
"""Tokens that are kept to tell who is known."""
_MOST_NUMBERS: Final = 6
"""A contact with more of them is a list, not a person."""
_FEWEST_DIGITS: Final = 7


@dataclass(slots=True, kw_only=True)
class Register:
    """Filled by one thread at a time; asked by any."""

    tokens: Tokens
    names: KnownNames = field(default_factory=KnownNames)
    met: set[bytes] = field(default_factory=set)
    """Tokens of numbers and chats that somebody was met by."""
    _parents: dict[bytes, bytes] = field(default_factory=dict)
    _born: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    _named: dict[str, bytes | None] = field(default_factory=dict)
    _titles: dict[bytes, str] = field(default_factory=dict)
    _titled: dict[str, bytes | None] = field(default_factory=dict)
    _accounts: dict[str, bytes | None] = field(default_factory=dict)

    def joint_tokens(self, contacts: Iterable[KnownContact]) -> tuple[bytes, ...]:
        """Of numbers of contacts that have several: `first_said` of them is needed by `take_contacts`."""
        numbers = {number for contact in contacts if len(contact.numbers) > 1 for number in _personal(contact)}
        return tuple(self.tokens.of_number(number) for number in sorted(numbers))

    def take_contacts(self, contacts: Iterable[KnownContact], first_said: Mapping[bytes, int]) -> None:
        """In the order of the ledger."""
        fresh: list[str] = []
        accounts: list[str] = []
        for contact in contacts:
            own = self._person_of(contact, first_said)
            if own is None:
                continue
            for plain in _accounts_of(contact):
                if not plain.isdecimal() and plain not in self._accounts and len(self._accounts) < MOST_NAMES:
                    accounts.append(plain)
                self._give(self._accounts, plain, own)
            for remark in contact.names:
                for name in folded_names(remark):
                    if name not in self._named and len(self._named) < MOST_NAMES:
                        fresh.append(name)
                    if name in self._named or len(self._named) < MOST_NAMES:
                        self._give(self._named, name, own)
        self.names = self.names.joined(fresh, accounts)

    def take_peers(self, peers: Iterable[KnownPeer]) -> None:
        """Numbers, and chats of messengers by their titles."""
        fresh: list[str] = []
        for peer in peers:
            app, _, title = peer.peer_key.partition(":")
            if app in MESSENGERS and title:
                # What is no name (微信支付, a group's title) is said in any text: only persons are looked for.
                people = {name for name in folded_names(title) if len(title) <= len(name) + 1}
                self._meet(peer.token)
                for name in people:
                    self._titles[peer.token] = name
                    if self._titled.setdefault(name, peer.token) != peer.token:
                        self._titled[name] = None
                    if name not in self._named and is_full_name(name):
                        fresh.append(name)
            elif is_personal(peer.peer_key):
                self._meet(peer.token)
        self.names = self.names.joined(fresh[: max(0, MOST_NAMES - len(self.names))])

    def of_token(self, token: bytes) -> bytes | None:
        """The person whom a number or chat leads to; None for one that nobody was met by."""
        if token not in self.met:
            return None
        title = self._titles.get(token)
        named = None if title is None else self._named.get(title)
        return self._root(token if named is None else named)

    def of_number(self, peer_key: str) -> bytes | None:
        """As `of_token`, by the number as it is compared."""
        return self.of_token(self.tokens.of_number(peer_key))

    def of_name(self, name: str) -> bytes | None:
        """By a folded name or account, as `KnownNames` finds it; None for one of several people."""
        if name in self._named:
            owner = self._named[name]
            return None if owner is None else self._root(owner)
        chat = self._titled.get(name)
        return self.of_account(name) if chat is None else self._root(chat)

    def of_account(self, plain: str) -> bytes | None:
        """By an account as it is compared."""
        owner = self._accounts.get(plain)
        return None if owner is None else self._root(owner)

    def _person_of(self, contact: KnownContact, first_said: Mapping[bytes, int]) -> bytes | None:
        numbers = _personal(contact)
        if not numbers:
            called = contact.numbers
            is_service = bool(called) and all(len(number) < _FEWEST_DIGITS for number in called)
            if is_service or len(called) > _MOST_NUMBERS or not contact.names:
                return None
            return self.tokens.of_person(f"name:{contact.names[0]}")
        tokens = [self.tokens.of_number(number) for number in numbers]
        for token in tokens:
            self._meet(token)
        for place, token in enumerate(tokens if len(tokens) > 1 else ()):
            born = (min(contact.ledger_index, first_said.get(token, contact.ledger_index)), place)
            self._born[token] = min(born, self._born.get(token, born))
        for token in tokens[1:]:
            self._unite(tokens[0], token)
        return tokens[0]

    def _unite(self, one: bytes, other: bytes) -> None:
        first, second = self._root(one), self._root(other)
        if first == second:
            return
        elder, younger = sorted((first, second), key=lambda root: (self._born[root], root))
        self._parents[younger] = elder

    def _root(self, token: bytes) -> bytes:
        while (parent := self._parents.get(token)) is not None:
            token = parent
        return token

    def _give(self, owners: dict[str, bytes | None], key: str, owner: bytes) -> None:
        known = owners.setdefault(key, owner)
        if known is not None and self._root(known) != self._root(owner):
            owners[key] = None

    def _meet(self, token: bytes) -> None:
        if len(self.met) < MOST_PEOPLE:
            self.met.add(token)


def is_personal(peer_key: str) -> bool:
    """A number with its country: no short code, no port of a service, no word."""
    return peer_key.startswith("+") and sum(map(str.isdecimal, peer_key)) > _FEWEST_DIGITS


def _personal(contact: KnownContact) -> tuple[str, ...]:
    numbers = tuple(number for number in contact.numbers if is_personal(number))
    return numbers if len(numbers) <= _MOST_NUMBERS else ()


def _accounts_of(contact: KnownContact) -> set[str]:
    note = contact.note
    found = [plain_detail(one, ContactKind.WECHAT) for one in contact.accounts]
    found += [plain_detail(note[one.start : one.end], one.kind) for one in find_contacts(note) if one.kind in ACCOUNTS]
    return {plain for plain in found if plain is not None}
