"""A small shop state with real keys, an archive with records and a sealed file, and runs of backup and restore."""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path

from adb_bridge.clock import SystemClock
from crypto.database import OpenMode
from crypto.head_log import HeadLog
from crypto.keyring import open_keyring, write_keyring
from crypto.keys import Purpose
from crypto.sealed_keys import MediaKeys
from crypto.sealed_writer import SealedWriter
from crypto.secrets import KeyFileSecret, create_key_file
from crypto.vault_keys import VaultKeys
from daemon.archive.archive import Archive, ArchiveSettings
from daemon.backup.keys import backup_keys_of
from daemon.backup.maker import BackupMade, BackupMaker, BackupOrder
from daemon.backup.pieces import Recheck
from daemon.backup.place import Existence
from daemon.backup.progress import Progress
from daemon.backup.restoring import Restored, RestoreOrder, restore
from daemon.paths import StatePaths

from .archive_kit import PHONE, enrolment, ingest_of, root_key, sms

CLOCK = SystemClock()


@dataclass(frozen=True)
class Shop:
    """Paths and keys of one state; the archive is opened where it is needed."""

    paths: StatePaths
    secret: KeyFileSecret
    keys: VaultKeys

    def archive(self, *, head_interval_s: float = 0.0) -> Archive:
        path = self.paths.archive
        return Archive.open(
            path,
            self.keys,
            clock=CLOCK,
            heads=HeadLog(self.paths.heads),
            mode=OpenMode.READ_WRITE if path.exists() else OpenMode.CREATE,
            settings=ArchiveSettings(head_interval_s=head_interval_s),
        )

    def maker(self) -> BackupMaker:
        return BackupMaker(
            self.paths,
            keys=backup_keys_of(self.keys),
            archive_key=self.keys.derive(Purpose.ARCHIVE),
            ledger_seed=self.keys.derive(Purpose.LEDGER_SEED),
            clock=CLOCK,
        )

    def back_up(
        self,
        folder: Path,
        *,
        keep: int = 10,
        existence: Existence = Existence.MAY_BE_NEW,
        recheck: Recheck = Recheck.SIZES,
    ) -> BackupMade:
        maker = self.maker()
        try:
            return maker.run(BackupOrder(folder=folder, keep=keep, existence=existence, recheck=recheck), Progress())
        finally:
            maker.close()

    def seal_media(self, content: bytes) -> str:
        """A finished sealed file; its path below `media/blobs`."""
        writer = SealedWriter(
            self.paths.media / "spool" / hashlib.sha256(content).hexdigest()[:8], MediaKeys(self.keys)
        )
        writer.write(content)
        name = writer.finish(self.paths.media / "blobs").name
        return f"{name[:2]}/{name}"


def new_shop(folder: Path, *, seed: int = 7) -> Shop:
    """Keys and folders; no archive yet."""
    paths = StatePaths(folder / "state")
    paths.root.mkdir(mode=0o700, parents=True)
    for name in ("spool", "blobs"):
        (paths.media / name).mkdir(parents=True)
    secret = create_key_file(folder / "shop.key")
    return Shop(paths, secret, write_keyring(paths.keyring, root_key(seed), secret))


async def filled(shop: Shop, keys: range) -> None:
    """These messages into the archive."""
    archive = shop.archive()
    try:
        await add(archive, keys)
    finally:
        await archive.close()


async def add(archive: Archive, keys: range) -> None:
    if await archive.enrolment(PHONE) is None:
        await archive.add_enrolment(enrolment())
    await archive.ingest(ingest_of([sms(key, f"第{key}条消息".encode()) for key in keys], cursor=f"c{keys.stop}"))


def restored(shop: Shop, folder: Path, state: Path, **order: object) -> Restored:
    """Restore with the shop's key file."""
    wanted = RestoreOrder(folder=folder, state=state, actor="test", **order)  # type: ignore[arg-type]
    return asyncio.run(restore(wanted, lambda path: open_keyring(path, shop.secret), Progress(), CLOCK))
