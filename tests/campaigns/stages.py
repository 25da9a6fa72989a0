"""The parts of the vault's life that are broken at every write-like call."""

import hashlib
from functools import partial
from pathlib import Path
from typing import Final

from crypto.database import OpenMode
from crypto.keyring import add_slot, create_keyring, list_slots, open_keyring, remove_slot
from crypto.passphrases import Argon2Cost
from crypto.sealed_keys import MediaKeys
from crypto.sealed_parts import PART_BYTES, is_whole
from crypto.sealed_writer import SealedWriter, place_of
from crypto.secrets import PassphraseSecret
from crypto.vault_keys import VaultKeys
from daemon.main import main as shopwardend
from tests.archive_kit import root_key, vault_keys

from . import archive_work
from .archive_work import audit_step, check_archive, command_steps, open_step, rows_step, various_steps
from .doing import Doing, Said, Stage
from .keeping_stages import Backup, Forgetting, Migration, Restore, Rotation
from .kit import database_in

CHEAP: Final = Argon2Cost(memory_kib=64, iterations=1, lanes=1)


class NewArchive:
    """Made, filled a little, closed."""

    name = "new"

    def prepare(self, directory: Path) -> None:
        """The keys, which `init` makes."""
        vault_keys(directory)

    async def run(self, directory: Path, doing: Doing) -> None:
        archive = await open_step(directory, doing)
        await rows_step(archive, doing, 1, 3)
        await audit_step(archive, doing, 1)
        await archive.close()

    async def check(self, directory: Path, said: Said) -> None:
        await check_archive(directory, said)


class Work:
    """A day's writes of every kind on an archive that is there."""

    name = "work"
    _before = 60

    def prepare(self, directory: Path) -> None:
        archive_work.fill_now(directory, self._before)

    async def run(self, directory: Path, doing: Doing) -> None:
        archive = await open_step(directory, doing)
        for number in range(1, 5):
            first = self._before + number * 10 - 9
            await rows_step(archive, doing, first, first + 9)
            await audit_step(archive, doing, number)
        await command_steps(archive, doing, 1)
        await various_steps(archive, doing)
        await audit_step(archive, doing, 5)
        await archive.close()

    async def check(self, directory: Path, said: Said) -> None:
        await check_archive(directory, said, before=self._before)


class Checkpoint:
    """Enough rows that the log is moved into the database, by itself and at the close."""

    name = "checkpoint"
    _before = 400

    def prepare(self, directory: Path) -> None:
        archive_work.fill_now(directory, self._before)

    async def run(self, directory: Path, doing: Doing) -> None:
        archive = await open_step(directory, doing)
        for number in range(6):
            first = self._before + 1 + number * 150
            await rows_step(archive, doing, first, first + 149)
        await archive.close()

    async def check(self, directory: Path, said: Said) -> None:
        await check_archive(directory, said, before=self._before)


class SealedFiles:
    """An attachment of two parts sealed, the same again (kept once), and another one given up."""

    name = "sealed"
    _first = hashlib.sha512(b"first").digest() * (PART_BYTES // 64 + 500)
    _other = bytes(range(256)) * 600

    def prepare(self, directory: Path) -> None:
        for name in ("spool", "blobs"):
            (directory / name).mkdir()

    async def run(self, directory: Path, doing: Doing) -> None:
        keys = MediaKeys(root_key())
        for spool, content in (("a", self._first), ("b", self._other), ("c", self._first)):
            name = doing.call("sealing", partial(self._seal, directory, keys, spool, content))
            doing.say(f"file {name}")
        given_up = doing.call("begun 1", lambda: SealedWriter(directory / "spool" / "d", keys))
        given_up.write(self._other)
        doing.call("paused", given_up.pause)
        doing.call("discarded 1", given_up.discard)

    async def check(self, directory: Path, said: Said) -> None:
        keys = MediaKeys(root_key())
        acknowledged = {line.split()[1] for line in said.acknowledged if line.startswith("file ")}
        for name in acknowledged:
            assert place_of(directory / "blobs", name).is_dir(), "an acknowledged file is gone"
        by_name = {}
        for content in (self._first, self._other):
            digest = hashlib.sha256(content).digest()
            by_name[keys.name_of(digest)] = digest
        for place in (directory / "blobs").glob("*/*"):
            assert is_whole(place, keys, by_name[place.name]), "a file is there in part"
        if "discarded 1" in said:
            assert not (directory / "spool" / "d").exists()
        # what was cut goes on and ends whole
        for spool, content in (("a", self._first), ("b", self._other)):
            name = self._seal(directory, keys, spool, content)
            assert is_whole(place_of(directory / "blobs", name), keys, by_name[name])
            assert not (directory / "spool" / spool).exists(), "the spool stays"

    @staticmethod
    def _seal(directory: Path, keys: MediaKeys, spool: str, content: bytes) -> str:
        writer = SealedWriter(directory / "spool" / spool, keys)
        writer.write(content[writer.offset :])
        return writer.finish(directory / "blobs").name


class Keyring:
    """A keyring made, a second secret added, the first removed."""

    name = "keyring"
    _first, _second = PassphraseSecret(b"first"), PassphraseSecret(b"second")

    def prepare(self, directory: Path) -> None:
        """Nothing."""

    async def run(self, directory: Path, doing: Doing) -> None:
        path = directory / "keys.json"

        def make() -> VaultKeys:
            path.unlink(missing_ok=True)  # as `init` does with what could not be made durable
            return create_keyring(path, self._first, cost=CHEAP)

        root = doing.call("made 1", make)
        first = list_slots(path)[0].slot_id
        doing.call("added 1", lambda: add_slot(path, root, self._second, cost=CHEAP))

        def remove() -> None:
            if first in {slot.slot_id for slot in list_slots(path)}:  # only its directory's fsync may have failed
                remove_slot(path, first)

        doing.call("removed 1", remove)

    async def check(self, directory: Path, said: Said) -> None:
        path = directory / "keys.json"
        assert path.exists() or "made 1" not in said, "the keyring is gone"
        if path.exists():
            slots = list_slots(path)
            assert not any(slot.is_damaged for slot in slots)
            if "removed 1" not in said and len(slots) == 2 or len(slots) == 1 and "added 1" not in said:
                open_keyring(path, self._first)
            if "added 1" in said:
                open_keyring(path, self._second)
        else:
            create_keyring(path, self._first, cost=CHEAP)


class Init:
    """`shopwardend init`, and again after it was cut."""

    name = "init"

    def prepare(self, directory: Path) -> None:
        """Nothing."""

    async def run(self, directory: Path, doing: Doing) -> None:
        code = self._init(directory)
        if code == 0:
            doing.say("made 1")
        else:
            doing.refuse("made 1", code)
            assert self._init(directory) == 0, "init is refused although the disk works"

    async def check(self, directory: Path, said: Said) -> None:
        state = directory / "state"
        if "made 1" not in said:
            left = sorted(path.name for path in state.iterdir()) if state.exists() else []
            code = self._init(directory)
            assert code in (0, 2, 10), f"init again ends with {code}; in the state: {left}"
            if code != 0:  # what is there must then be whole, or told how to get on
                assert (state / "keys.json").exists(), f"init is refused, and there is only {left}"
        assert shopwardend(["check-config", "--state", str(state)]) == 0

    @staticmethod
    def _init(directory: Path) -> int:
        key = directory / "shop.key"
        return shopwardend(["init", "--state", str(directory / "state"), "--key-file", str(key)])


class Quiet:
    """An archive opened for writing, nothing written, closed: what a start alone writes."""

    name = "start"

    def prepare(self, directory: Path) -> None:
        archive_work.fill_now(directory, 20)
        with database_in(directory, OpenMode.READ_WRITE) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    async def run(self, directory: Path, doing: Doing) -> None:
        archive = await open_step(directory, doing)
        await archive.close()

    async def check(self, directory: Path, said: Said) -> None:
        await check_archive(directory, said, before=20)


STAGES: Final[dict[str, Stage]] = {
    stage.name: stage
    for stage in (
        NewArchive(), Work(), Checkpoint(), SealedFiles(), Keyring(), Init(), Quiet(),
        Migration(), Rotation(), Forgetting(), Backup(), Restore(),
    )
}  # fmt: skip
