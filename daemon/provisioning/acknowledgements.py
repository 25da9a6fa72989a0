"""The employee reads the notice on the bench and gives a one-time code back. See `docs/adr` on why it is done so.

Codes live in memory for half an hour: a restart of the daemon makes them void, and a new one is shown. What was
acknowledged is an entry of the ledger with the store's signature.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceSerial

from ..api.documents import DocumentKind, DocumentStep
from ..api.provision_plan import Wanted
from ..api.provisioning import AckOffer, AckReceipt
from ..archive.archive import Archive
from ..archive.documents import ArchivedDocument, DocumentDraft
from ..config import Config
from .statements import FORMAT, Statement, Way, offer_text, qr_of

VALID: Final = timedelta(minutes=30)
TRIES: Final = 5
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none that is taken for another."""
_LOOKALIKES: Final = str.maketrans("OIL", "011")
_LENGTH: Final = 8
SCOPE: Final = ("sms", "mms", "call_log", "contacts", "notifications", "recordings")


class AckFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Of an acknowledgement's entry."""

    sha256: str
    serial: str = ""
    statement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """That it was."""

    at: datetime
    statement: str
    notice: str
    employee: str


@dataclass(slots=True, kw_only=True)
class _Offer:
    nonce: str
    code_sha256: bytes
    wanted: Wanted
    way: Way
    expires_at: datetime
    tries_left: int = TRIES


class AckRefused(Exception):
    """`code` is a ServiceError's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def notice_of(config: Config, language: str | None) -> tuple[str, str]:
    """Title and text."""
    return config.notice_for(language or config.store.language)


def sha256_of(config: Config, language: str | None) -> str:
    """Of the notice as enrolments bind it."""
    title, text = notice_of(config, language)
    return hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()


def version_of(config: Config, wanted: Wanted) -> str:
    """A version means one text: in another language than the store's it has a name of its own."""
    version = wanted.notice_version or "1"
    language = config.store.language if wanted.language is None else wanted.language.value
    return version if language == config.store.language else f"{version}-{language}"


def scope_of(wanted: Wanted) -> tuple[str, ...]:
    """In the order of the sources; messages, calls and contacts when the plan names none."""
    named = ("sms", "call_log", "contacts") if wanted.scope is None else tuple(one.value for one in wanted.scope)
    return tuple(one for one in SCOPE if one in named)


def plain_code(code: str) -> str:
    """As people type it, to as it was made."""
    return "".join(one for one in code.upper() if one.isalnum()).translate(_LOOKALIKES)


class Acknowledgements:
    """One for each daemon."""

    def __init__(self, archive: Archive, config: Config, clock: Clock) -> None:
        self._archive = archive
        self._config = config
        self._clock = clock
        self._offers: dict[str, _Offer] = {}

    def is_offered(self, serial: str) -> bool:
        """A code is out and still good."""
        offer = self._offers.get(serial)
        return offer is not None and offer.tries_left > 0 and offer.expires_at > self._clock.now()

    def offer(self, serial: DeviceSerial, wanted: Wanted, where: Literal["phone", "bench"]) -> tuple[AckOffer, str]:
        """A new code, and the notice; the former code of this phone is void."""
        code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        shown = f"{code[:4]}-{code[4:]}"
        title, text = notice_of(self._config, wanted.language)
        made = _Offer(
            nonce=secrets.token_hex(8),
            code_sha256=_hashed(code),
            wanted=wanted,
            way=Way.CODE_ON_PHONE if where == "phone" else Way.CODE_AT_BENCH,
            expires_at=self._clock.now() + VALID,
        )
        self._offers[serial] = made
        version, digest = version_of(self._config, wanted), sha256_of(self._config, wanted.language)
        note = self._archive.sign_statement(
            offer_text(
                serial=serial, employee=wanted.employee, version=version, sha256=digest, nonce=made.nonce,
                expires=made.expires_at,
            )
        )  # fmt: skip
        offer = AckOffer(
            serial=serial,
            employee=wanted.employee,
            notice_version=version,
            notice_sha256=digest,
            title=title,
            text=text,
            where=where,
            code=shown if where == "bench" else None,
            qr=qr_of(note),
            expires_at=made.expires_at,
            tries_left=made.tries_left,
        )
        return offer, shown

    async def take(self, serial: DeviceSerial, code: str, employee: str, *, witness: str) -> AckReceipt:
        """The code came back. AckRefused; raises what the archive raises."""
        offer = self._offers.get(serial)
        if offer is None or not self.is_offered(serial):
            raise AckRefused("provisioning.no_code")
        if " ".join(employee.split()) != " ".join(offer.wanted.employee.split()):
            raise AckRefused("provisioning.other_employee")
        if not hmac.compare_digest(_hashed(plain_code(code)), offer.code_sha256):
            offer.tries_left -= 1
            raise AckRefused("provisioning.wrong_code" if offer.tries_left else "provisioning.no_code")
        del self._offers[serial]
        return await self.sign(serial, offer.wanted, offer.way, witness=witness, nonce=offer.nonce)

    async def sign(
        self, serial: DeviceSerial, wanted: Wanted, way: Way, *, witness: str, nonce: str = "-"
    ) -> AckReceipt:
        """Into the ledger, signed. Raises what the archive raises."""
        title, text = notice_of(self._config, wanted.language)
        notice = f"{title}\n{text}"
        statement = Statement(
            serial=serial,
            employee=wanted.employee,
            notice_version=version_of(self._config, wanted),
            language=wanted.language or self._config.store.language,
            notice_sha256=sha256_of(self._config, wanted.language),
            scope=scope_of(wanted),
            basis=wanted.basis or "",
            hours=wanted.work_hours or (),
            way=way,
            witness=witness,
            at=self._clock.now(),
            offer=nonce,
        )
        note = self._archive.sign_statement(statement.text())
        facts = AckFacts(sha256=statement.notice_sha256, serial=serial, statement=note)
        kept = await self._archive.documents.add(
            DocumentDraft(
                kind=DocumentKind.NOTICE,
                step=DocumentStep.ACKNOWLEDGED,
                actor=witness,
                name=statement.notice_version,
                title=wanted.employee,
                body=notice,
                facts=msgspec.json.encode(facts, order="sorted").decode(),
            )
        )
        return self._receipt(kept, facts)

    async def find(self, serial: DeviceSerial, wanted: Wanted) -> Acknowledged | None:
        """This employee's, of this notice, for this phone."""
        digest = sha256_of(self._config, wanted.language)
        for step, facts in reversed(await self._kept(serial)):
            if facts.sha256 == digest and step.title == wanted.employee:
                return Acknowledged(
                    at=step.at, statement=facts.statement, notice=step.body or "", employee=wanted.employee
                )
        return None

    async def receipt(self, serial: str) -> AckReceipt | None:
        """The newest of a phone."""
        kept = await self._kept(serial)
        return None if not kept else self._receipt(*kept[-1])

    async def _kept(self, serial: str) -> list[tuple[ArchivedDocument, AckFacts]]:
        found: list[tuple[ArchivedDocument, AckFacts]] = []
        for step in await self._archive.documents.steps(DocumentKind.NOTICE):
            if step.step is not DocumentStep.ACKNOWLEDGED or serial not in step.facts:
                continue
            try:
                facts = msgspec.json.decode(step.facts, type=AckFacts)
            except msgspec.MsgspecError:
                continue
            if facts.serial == serial and facts.statement:
                found.append((step, facts))
        return found

    def _receipt(self, step: ArchivedDocument, facts: AckFacts) -> AckReceipt:
        return AckReceipt(
            format=FORMAT,
            serial=facts.serial,
            employee=step.title or "",
            statement=facts.statement,
            notice=step.body or "",
            public_key=self._archive.public_key,
        )


def _hashed(code: str) -> bytes:
    return hashlib.sha256(b"shopwarden-ack\0" + code.encode()).digest()
