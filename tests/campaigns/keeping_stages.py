"""Stages of what is done rarely and must not end half done: migration, rotation, forgetting, backup, restore."""

import shutil
from pathlib import Path
from typing import Final

from crypto.keyring import open_keyring
from crypto.secrets import KeyFileSecret
from daemon.archive.erasing import Cause
from daemon.backup.progress import Progress
from daemon.backup.restoring import Restored, RestoreOrder, restore
from daemon.paths import StatePaths
from tests.archive_kit import PHONE, vault_keys
from tests.backup_kit import CLOCK, Shop, add, filled, new_shop

from . import archive_work
from .archive_work import check_archive, open_step
from .doing import Doing, Said
from .kit import opened_in_time

SCHEMA_4: Final = Path(__file__).parents[1] / "data" / "archives" / "schema-4"
"""Made by the program as it was with schema 4: forty messages, their alerts, an audit entry; `root_key()`."""
_ROWS_OF_SCHEMA_4: Final = 40
_LABEL: Final = "messages"


class Migration:
    """An archive of schema 4 opened by today's program: every step, sealing of every row, the copy before."""

    name = "migration"

    def prepare(self, directory: Path) -> None:
        for file in SCHEMA_4.iterdir():
            shutil.copy(file, directory)
        vault_keys(directory)

    async def run(self, directory: Path, doing: Doing) -> None:
        archive = await open_step(directory, doing)
        await archive.close()

    async def check(self, directory: Path, said: Said) -> None:
        await check_archive(directory, said, before=_ROWS_OF_SCHEMA_4)


class Rotation:
    """A new root, a new data key under it, another one destroyed."""

    name = "rotation"
    _before = 20

    def prepare(self, directory: Path) -> None:
        archive_work.fill_now(directory, self._before)

    async def run(self, directory: Path, doing: Doing) -> None:
        keys = vault_keys(directory)
        made = doing.call("made 1", lambda: keys.period_key(_LABEL, "2001-W01"))
        doing.call("rotated 1", keys.rotate)
        doing.call("made 2", lambda: keys.period_key(_LABEL, "2001-W02"))
        doing.call("destroyed 1", lambda: keys.destroy((made.key_no,)))

    async def check(self, directory: Path, said: Said) -> None:
        keys = vault_keys(directory)
        periods = {info.period: info for info in keys.list()}
        assert not any(info.is_damaged for info in periods.values()), "a key is damaged"
        assert "rotated 1" not in said or keys.generation > 1, "the new root is gone"
        assert ("2001-W01" in periods) <= ("destroyed 1" not in said), "a destroyed key is back"
        if "made 1" in said and "rotated 1" not in said:
            assert "2001-W01" in periods, "a new key is gone"
        assert "made 2" not in said or "2001-W02" in periods, "a new key is gone"
        await check_archive(directory, said, before=self._before)


class Forgetting:
    """A week erased under a certificate, its key destroyed."""

    name = "forgetting"
    _before = 20

    def prepare(self, directory: Path) -> None:
        archive_work.fill_now(directory, self._before)

    async def run(self, directory: Path, doing: Doing) -> None:
        keys = vault_keys(directory)
        key = next(info for info in keys.list() if info.label == _LABEL)
        archive = await open_step(directory, doing)
        cause = Cause(cause="retention", data_class=_LABEL, actor="shopwarden", reason="over its time")
        await doing.step("erased 1", lambda: archive.deletions.erase_period(key.key_no, cause))
        name = f"{key.label} {key.period}"
        await doing.step("certified 1", lambda: archive.deletions.certify_destruction(key.key_no, name, cause))
        doing.call("destroyed 1", lambda: keys.destroy((key.key_no,)))
        await archive.close()

    async def check(self, directory: Path, said: Said) -> None:
        archive, _ = opened_in_time(directory)
        try:
            count = (await archive.counts()).events
            assert count in (0, self._before), f"{count} of {self._before} records are left"
            assert "erased 1" not in said or count == 0, "what was erased is back"
            result = await archive.verify()
            assert result.ok, f"{result.problem} at {result.first_bad}"
            left = [info.label for info in vault_keys(directory).list()]
            assert "destroyed 1" not in said or _LABEL not in left, "the key is back"
            assert _LABEL in left or count == 0, "records are left without their key"
            await add(archive, range(1_000, 1_003))
            assert len(await archive.present_ids(PHONE, archive_work.SOURCE, 1_000, 1_003)) == 3
            assert (await archive.verify()).ok
        finally:
            await archive.close()


def shop_in(directory: Path) -> Shop:
    """The shop that `new_shop` made there, or in the directory this is a copy of."""
    paths, secret = StatePaths(directory / "state"), KeyFileSecret(directory / "shop.key")
    return Shop(paths, secret, open_keyring(paths.keyring, secret))


async def restored(directory: Path, name: str) -> Restored:
    """From the medium into a new state of this name."""
    shop = shop_in(directory)
    order = RestoreOrder(folder=directory / "medium", state=directory / name, actor="test")
    return await restore(order, lambda path: open_keyring(path, shop.secret), Progress(), CLOCK)


class Backup:
    """A first backup, more records, a second one that replaces it."""

    name = "backup"

    def prepare(self, directory: Path) -> None:
        shop = new_shop(directory)
        archive_work.run_now(filled(shop, range(1, 21)))
        shop.seal_media(b"recording" * 9_000)
        (directory / "medium").mkdir()

    async def run(self, directory: Path, doing: Doing) -> None:
        shop = shop_in(directory)
        doing.call("backed 1", lambda: shop.back_up(directory / "medium"))
        await doing.step("more 1", lambda: filled(shop, range(21, 31)))
        doing.call("backed 2", lambda: shop.back_up(directory / "medium", keep=1))

    async def check(self, directory: Path, said: Said) -> None:
        shop = shop_in(directory)
        archive = shop.archive()
        try:
            assert (await archive.verify()).ok, "the shop's own archive suffered"
        finally:
            await archive.close()
        if said.acknowledged:
            first = await restored(directory, "restored")
            least = 30 if "backed 2" in said else 20
            assert first.examined.verified.ok and first.files >= 3, "a restored state is not whole"
            assert await _rows(shop, directory / "restored") >= least, "records are not in the backup"
        again = shop.back_up(directory / "medium")
        assert not again.damaged, "a backup that was cut stays in the way"
        await restored(directory, "restored-again")


class Restore:
    """A state put together of a backup: there whole, or not there."""

    name = "restore"

    def prepare(self, directory: Path) -> None:
        Backup().prepare(directory)
        shop_in(directory).back_up(directory / "medium")

    async def run(self, directory: Path, doing: Doing) -> None:
        await doing.step("restored 1", lambda: restored(directory, "new"))

    async def check(self, directory: Path, said: Said) -> None:
        shop, new = shop_in(directory), directory / "new"
        assert new.exists() or "restored 1" not in said, "the restored state is gone"
        if new.exists() and any(new.iterdir()):
            assert await _rows(shop, new) == 20, "the restored state is not whole"
        else:
            await restored(directory, "new")
            assert await _rows(shop, new) == 20
        left = [path.name for path in directory.iterdir() if "new" in path.name and path != new]
        assert not left, f"left over: {left}"


async def _rows(shop: Shop, state: Path) -> int:
    paths = StatePaths(state)
    archive = Shop(paths, shop.secret, open_keyring(paths.keyring, shop.secret)).archive()
    try:
        assert (await archive.verify()).ok, f"{state.name} does not verify"
        return (await archive.counts()).events
    finally:
        await archive.close()
