"""The people the archive knows, read once and then whatever is new: their names are masked in every text, and a
pseudonym under the store's key follows each of them through all that is masked."""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from policies.contacts.known_names import KnownNames, folded, folded_names
from policies.contacts.plain import NUMBERS, plain_detail
from policies.model import ContactKind
from policies.pseudonyms import PseudonymKind, PseudonymLanguage, pseudonym, signs_of

from ..archive.archive import Archive
from ..archive.people import CONTACTS_AT_ONCE, PEERS_AT_ONCE, KnownPlace
from ..events import Event, EventKind
from ..peers import canonical_peer
from .register import Register

_MOST_REMEMBERED: Final = 20_000


class People:
    """A view of the people as the archive knew them at a moment. May be asked from any thread."""

    def __init__(self, register: Register, erased: dict[bytes, int]) -> None:
        self._register = register
        self._erased = erased
        self._tokens: dict[bytes, bytes] = {}
        self.names: KnownNames = register.names

    def told_by(self, value: str, kind: ContactKind) -> bytes | None:
        """Whom a detail or a known name in a text means; None for nobody known."""
        if kind is ContactKind.NAME:
            return self._person(self._register.of_name(folded(value)))
        plain = plain_detail(value, kind)
        if plain is None:
            return None
        if kind in NUMBERS:
            peer_key = canonical_peer(plain)
            return None if peer_key is None else self._person(self._register.of_number(peer_key))
        return self._person(self._register.of_account(plain))

    def of_event(self, event: Event) -> bytes | None:
        """Whom a record is about."""
        if event.peer_key is not None and (root := self._register.of_number(event.peer_key)) is not None:
            return self._person(root)
        if event.kind is EventKind.CONTACT and event.peer:
            owners = (self._register.of_name(name) for name in sorted(folded_names(event.peer), key=len, reverse=True))
            return self._person(next((one for one in owners if one is not None), None))
        return None

    def names_others(self, text: str, peer_token: bytes) -> bool:
        """Whether a text has a known name that is not surely of whom a number leads to."""
        own = self._register.of_token(peer_token)
        named = (self._register.of_name(one.name) for one in self.names.named_folded(folded(text)))
        return any(one is None or one != own for one in named)

    def of_token(self, peer_token: bytes) -> bytes:
        """Of a number that somebody asked about; known or not."""
        return self._made(self._register.of_token(peer_token) or peer_token)

    def peer_tokens(self, signs: str) -> tuple[bytes, ...]:
        """Every number and chat of whom has the pseudonym with these signs. Takes a microsecond or two for each that is
        known: call it in a thread."""
        found = []
        for token in tuple(self._register.met):
            root = self._register.of_token(token)
            if root is not None and signs_of(self._made(root)) == signs:
                found.append(token)
        return tuple(sorted(found))

    def _person(self, root: bytes | None) -> bytes | None:
        return None if root is None else self._made(root)

    def _made(self, root: bytes) -> bytes:
        """After an erasure a person is another one: what was told of the former leads nowhere."""
        token = self._tokens.get(root)
        if token is None:
            if len(self._tokens) >= _MOST_REMEMBERED:
                self._tokens.clear()
            token = self._register.tokens.of_person(f"{root.hex()}:{self._erased.get(root, 0)}")
            self._tokens[root] = token
        return token


@dataclass(slots=True, kw_only=True)
class _Read:
    """What was read, and up to where."""

    register: Register
    erased: dict[bytes, int]
    place: KnownPlace
    people: People


def shown_pseudonym(person: bytes, language: str) -> str:
    """In the reader's language."""
    return pseudonym(person, PseudonymKind.CUSTOMER, PseudonymLanguage(language))


class PeopleBook:
    """One per daemon."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._read: _Read | None = None
        self._busy = asyncio.Lock()

    async def now(self) -> People:
        """Everybody whom what was committed until now names. Reads what is new; after a deletion all of it anew.

        Ask after the records that are to be shown were read, so that it knows at least as much as they say. Raises what
        the archive raises.
        """
        read, newest = self._read, await self._archive.subjects.newest_known()
        if read is not None and read.place == newest:
            return read.people
        # Whoever asked may go away meanwhile; what fills the register is not left half done.
        return await asyncio.shield(asyncio.ensure_future(self._follow()))

    async def _follow(self) -> People:
        async with self._busy:
            read, newest = self._read, await self._archive.subjects.newest_known()
            if read is not None and read.place == newest:
                return read.people  # by who asked before
            if read is None or read.place.gone != newest.gone:
                register = Register(tokens=self._archive.tokens)
                erased = await self._archive.subjects.erased_people()
                read = _Read(
                    register=register,
                    erased=erased,
                    place=KnownPlace(deletion=newest.deletion, erasure=newest.erasure),
                    people=People(register, erased),
                )
            contact, conversation = await self._contacts(read), await self._peers(read)
            read.place = replace(read.place, contact=contact, conversation=conversation)
            read.people = People(read.register, read.erased)
            self._read = read
            return read.people

    async def _contacts(self, read: _Read) -> int:
        subjects, register, place = self._archive.subjects, read.register, read.place.contact
        while page := await subjects.contacts_after(place):
            first_said = await subjects.first_said(register.joint_tokens(page))
            await asyncio.to_thread(register.take_contacts, page, first_said)
            place = page[-1].ledger_index
            if len(page) < CONTACTS_AT_ONCE:
                break
        return place

    async def _peers(self, read: _Read) -> int:
        subjects, place = self._archive.subjects, read.place.conversation
        while page := await subjects.peers_after(place):
            await asyncio.to_thread(read.register.take_peers, tuple(peer for _, peer in page))
            place = page[-1][0]
            if len(page) < PEERS_AT_ONCE:
                break
        return place
