"""What lies open for the time when nobody has unlocked the vault: whom to read, from where on, and to which keys.

Phones are named by a slow hash bound to this store: whoever finds the file learns how many phones there are and where
their reading stands; that a phone in the hand is one of them can be tried, to try all serials of eight digits takes
CPU-years. A changed roster makes the daemon seal what the vault then refuses: enrolments count when batches are merged.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from adb_bridge.records import Cursor, DeviceSerial, Source
from crypto.atomic_file import read_file, replace_file
from crypto.errors import IntegrityError, VaultStateError
from crypto.keys import Purpose
from crypto.recipients import Recipient, RecipientKey
from crypto.sealed_keys import MediaKeys, SealRecipient
from crypto.vault_keys import VaultKeys

from ..archive.archive import Archive

_MOST_BYTES: Final = 4 * 1024 * 1024
_LOOK_EVERY_S: Final = 2.0
_WRITTEN_EVERY_S: Final = 120.0
_SALT: Final = b"shopwarden/inbox/v1"
_SCRYPT_COST: Final = 2**14


class RosterPhone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An enrolled phone."""

    token: str
    sources: dict[Source, Cursor | None]
    """What its enrolment covers, with where reading goes on."""


class Roster(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file."""

    format: str
    store_id: str
    inbox: bytes
    """Public half of the pair that batches are sealed to."""
    files: str
    """`age1…`: what attachments are sealed to."""
    addresses: tuple[str, ...]
    """`host:port` that were remembered."""
    phones: tuple[RosterPhone, ...]


FORMAT: Final = "shopwarden-roster/1"


@dataclass(frozen=True, slots=True)
class SealedPaths:
    """Names inside `sealed/` of a state directory."""

    root: Path

    @property
    def roster(self) -> Path:
        """See `Roster`."""
        return self.root / "roster.json"

    @property
    def batches(self) -> Path:
        """Sealed batches in the order in which they were read."""
        return self.root / "batches"

    @property
    def files(self) -> Path:
        """Sealed attachments of those batches."""
        return self.root / "files"


@lru_cache(maxsize=1_024)
def token_of(store_id: str, serial: DeviceSerial) -> str:
    """The name of a phone in the roster; 32 hexadecimal digits. Takes some 50 ms and 16 MiB once a phone: there is no
    secret to make it with, and serials are short.
    """
    content = serial.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(content, salt=store_id.encode(), n=_SCRYPT_COST, r=8, p=1, dklen=16).hex()


def inbox_key(keys: VaultKeys) -> RecipientKey:
    """The pair that batches are sealed to; needs the open vault."""
    return RecipientKey(keys.derive(Purpose.INBOX), salt=_SALT)


def read_roster(path: Path) -> Roster | None:
    """None when there is none, or none that can be used: then nothing is collected before the vault is open."""
    try:
        roster = msgspec.json.decode(read_file(path, max_bytes=_MOST_BYTES), type=Roster)
        Recipient(roster.inbox)
        SealRecipient(roster.files)
    except (FileNotFoundError, msgspec.MsgspecError, ValueError, UnicodeDecodeError, RecursionError):
        return None
    except (IntegrityError, VaultStateError):  # too long, a link, a folder
        return None
    return roster if roster.format == FORMAT else None


async def write_roster(paths: SealedPaths, archive: Archive, keys: VaultKeys) -> None:
    """Leave behind what collecting needs. Errors of the archive, DiskFullError and StorageError pass."""
    phones = []
    for enrolment in await archive.enrolments():
        if enrolment.ended_at is None:
            covered = [source for source in Source if source.value in enrolment.scope]
            cursors: Mapping[Source, Cursor | None] = {
                source: await archive.cursor(enrolment.serial, source) for source in covered
            }
            token = await asyncio.to_thread(token_of, keys.store_id, enrolment.serial)
            phones.append(RosterPhone(token=token, sources=dict(cursors)))
    roster = Roster(
        format=FORMAT,
        store_id=keys.store_id,
        inbox=inbox_key(keys).public,
        files=MediaKeys(keys).recipient.public,
        addresses=await archive.connections.addresses(),
        phones=tuple(sorted(phones, key=lambda phone: phone.token)),
    )
    await asyncio.to_thread(save_roster, paths, roster)


async def keep_roster(paths: SealedPaths, archive: Archive, keys: VaultKeys, well: Callable[[], None]) -> None:
    """For ever: at once when an enrolment changed, and now and then for the places where reading goes on."""
    known: frozenset[tuple[int, bool]] = frozenset()
    age_s = _WRITTEN_EVERY_S
    while True:
        found = frozenset((one.ledger_index, one.ended_at is None) for one in await archive.enrolments())
        if found != known or age_s >= _WRITTEN_EVERY_S:
            await write_roster(paths, archive, keys)
            known, age_s = found, 0.0
        well()
        await asyncio.sleep(_LOOK_EVERY_S)
        age_s += _LOOK_EVERY_S


def save_roster(paths: SealedPaths, roster: Roster) -> None:
    """Replace the file."""
    paths.root.mkdir(mode=0o700, exist_ok=True)
    replace_file(paths.roster, msgspec.json.format(msgspec.json.encode(roster), indent=1) + b"\n")
