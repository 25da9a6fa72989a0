"""What can happen to a medium: every damage is refused with its reason and the snapshot that is still whole."""

import asyncio
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from crypto.errors import CryptoError
from daemon.backup.errors import BackupError, DamagedError, PlaceError, PlaceFullError, StoppedError
from daemon.backup.keys import backup_keys_of
from daemon.backup.maker import BackupOrder
from daemon.backup.manifest import Manifest
from daemon.backup.pieces import Recheck
from daemon.backup.place import open_place
from daemon.backup.progress import Progress, Stage, Standing
from daemon.errors import DaemonError
from tests.backup_kit import Shop, filled, new_shop, restored
from tests.integration.test_archive_disk import small_disk


@dataclass(frozen=True)
class Medium:
    shop: Shop
    stick: Path
    other_stick: Path
    """Another store's."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Medium:
    folder = tmp_path_factory.mktemp("backup-damage")
    shop, other = new_shop(folder), new_shop(folder / "other", seed=8)
    for one, stick in ((shop, folder / "stick"), (other, folder / "other-stick")):
        stick.mkdir()
        for round_number in range(2):
            asyncio.run(filled(one, range(1 + 300 * round_number, 300 * (round_number + 1))))
            one.seal_media(b"recording %d" % round_number * 20_000)
            one.back_up(stick)
    return Medium(shop, folder / "stick", folder / "other-stick")


@pytest.fixture
def medium(made: Medium, tmp_path: Path) -> Medium:
    """A copy that may be damaged."""
    shutil.copytree(made.stick, tmp_path / "stick")
    return Medium(made.shop, tmp_path / "stick", made.other_stick)


def manifests(medium: Medium) -> tuple[Manifest, ...]:
    return open_place(medium.stick).snapshots(backup_keys_of(medium.shop.keys)).whole


def new_piece(medium: Medium) -> Path:
    """Pages of the archive that only the newest snapshot has."""
    first, second = manifests(medium)
    name = next(pack.name for pack in second.archive.pieces if pack.name not in first.pieces())
    return medium.stick / "pieces" / name[:2] / name


def another_piece(medium: Medium) -> Path:
    name = max(manifests(medium)[0].pieces())
    return medium.stick / "pieces" / name[:2] / name


def flip(path: Path, at: int = -1) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


PIECES: dict[str, Callable[[Medium], object]] = {
    "changed": lambda medium: flip(new_piece(medium)),
    "truncated": lambda medium: truncate(new_piece(medium)),
    "missing": lambda medium: new_piece(medium).unlink(),
    "swapped": lambda medium: shutil.copy(another_piece(medium), new_piece(medium)),
}


@pytest.mark.parametrize("reason", PIECES)
def test_damaged_piece_is_refused_and_the_whole_snapshot_named_and_restored(
    reason: str, medium: Medium, tmp_path: Path
) -> None:
    PIECES[reason](medium)
    with pytest.raises(DamagedError) as refused:
        restored(medium.shop, medium.stick, tmp_path / "new")
    assert (refused.value.code, refused.value.reason, refused.value.whole) == ("backup.damaged", reason, 1)
    assert refused.value.exit_code == 11
    assert not (tmp_path / "new").exists() and not list(tmp_path.glob(".new*"))
    assert restored(medium.shop, medium.stick, tmp_path / "new", snapshot=1).examined.counts.events == 299


def test_piece_of_another_store_under_our_name_is_refused(medium: Medium, tmp_path: Path) -> None:
    piece = new_piece(medium)
    foreign = max(medium.other_stick.glob("pieces/*/*"), key=lambda path: path.stat().st_size)
    shutil.copy(foreign, piece)
    with pytest.raises(DamagedError) as refused:
        restored(medium.shop, medium.stick, tmp_path / "new")
    assert refused.value.whole == 1


def test_when_no_snapshot_is_whole_that_is_said(medium: Medium, tmp_path: Path) -> None:
    for path in medium.stick.glob("pieces/*/*"):
        flip(path)
    with pytest.raises(DamagedError) as refused:
        restored(medium.shop, medium.stick, tmp_path / "new")
    assert refused.value.code == "backup.all_damaged"


MANIFESTS: dict[str, Callable[[Medium], object]] = {
    "flipped": lambda medium: flip(medium.stick / "snaps/000002.JSN", 400),
    "flipped_signature": lambda medium: flip(medium.stick / "snaps/000002.JSN", -8),
    "truncated": lambda medium: truncate(medium.stick / "snaps/000002.JSN"),
    "older_under_its_name": lambda medium: shutil.copy(
        medium.stick / "snaps/000001.JSN", medium.stick / "snaps/000002.JSN"
    ),
    "foreign": lambda medium: shutil.copy(medium.other_stick / "snaps/000002.JSN", medium.stick / "snaps/000002.JSN"),
    "empty": lambda medium: os.truncate(medium.stick / "snaps/000002.JSN", 0),
}


@pytest.mark.parametrize("how", MANIFESTS)
def test_damaged_manifest_is_refused_and_the_whole_snapshot_named(how: str, medium: Medium, tmp_path: Path) -> None:
    MANIFESTS[how](medium)
    with pytest.raises(BackupError) as refused:
        restored(medium.shop, medium.stick, tmp_path / "new")
    assert (refused.value.code, refused.value.exit_code) == ("backup.manifest_damaged", 11)
    assert refused.value.values["whole"] == 1
    assert not (tmp_path / "new").exists()


def _foreign_keys(medium: Medium) -> None:
    shutil.copy(medium.other_stick / "keys.json", medium.stick / "keys.json")


def _wrong_marker(medium: Medium) -> None:
    shutil.copy(medium.other_stick / "STORE.JSN", medium.stick / "STORE.JSN")


OTHERS: dict[str, tuple[Callable[[Medium], object], int]] = {
    "backup.keys_missing": (lambda medium: (medium.stick / "keys.json").unlink(), 10),
    "backup.keys_damaged": (lambda medium: truncate_to_half(medium.stick / "keys.json"), 11),
    "backup.other_store": (_foreign_keys, 2),
    "backup.not_a_backup": (lambda medium: (medium.stick / "STORE.JSN").unlink(), 2),
    "backup.marker_damaged": (lambda medium: truncate_to_half(medium.stick / "STORE.JSN"), 11),
    "backup.no_snapshot": (lambda medium: shutil.rmtree(medium.stick / "snaps"), 6),
}  # fmt: skip


def truncate_to_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("code", OTHERS)
def test_other_damage_is_refused_by_its_name(code: str, medium: Medium, tmp_path: Path) -> None:
    damage, exit_code = OTHERS[code]
    damage(medium)
    with pytest.raises(DaemonError) as refused:
        restored(medium.shop, medium.stick, tmp_path / "new")
    assert (refused.value.code, int(refused.value.exit_code)) == (code, exit_code)
    assert not (tmp_path / "new").exists()


def test_marker_of_another_store_does_not_open(medium: Medium, tmp_path: Path) -> None:
    _wrong_marker(medium)
    with pytest.raises(PlaceError):
        restored(medium.shop, medium.stick, tmp_path / "new")


def test_every_changed_byte_of_the_keys_is_found_or_changes_nothing(medium: Medium, tmp_path: Path) -> None:
    keys = medium.stick / "keys.json"
    content = keys.read_bytes()
    for at in range(0, len(content), 311):
        changed = bytearray(content)
        changed[at] ^= 1
        keys.write_bytes(changed)
        try:
            answer = restored(medium.shop, medium.stick, tmp_path / f"new{at}")
        except (CryptoError, DaemonError):
            continue
        assert answer.examined.counts.events == 598 and answer.examined.forgotten == 0


def test_recheck_mends_what_the_machine_still_has(medium: Medium, tmp_path: Path) -> None:
    flip(new_piece(medium))
    again = medium.shop.back_up(medium.stick)
    with pytest.raises(DamagedError):
        restored(medium.shop, medium.stick, tmp_path / "new", snapshot=again.snapshot)
    mended = medium.shop.back_up(medium.stick, recheck=Recheck.CONTENT)
    assert mended.new_pieces >= 1
    assert restored(medium.shop, medium.stick, tmp_path / "new").snapshot == 4


def test_run_that_was_stopped_leaves_no_snapshot_and_the_next_one_goes_on(medium: Medium, tmp_path: Path) -> None:
    stick = tmp_path / "fresh"
    stick.mkdir()

    def stop(standing: Standing) -> None:
        if standing.stage is Stage.MEDIA:
            progress.stop()

    progress = Progress(stop)
    maker = medium.shop.maker()
    with pytest.raises(StoppedError):
        maker.run(BackupOrder(folder=stick, keep=5), progress)
    maker.close()
    assert not list(stick.glob("snaps/*")) and not list(stick.glob("pieces/*/*.tmp"))
    copied = sum(path.stat().st_size for path in stick.glob("pieces/*/*"))
    with pytest.raises(PlaceError):
        restored(medium.shop, stick, tmp_path / "new")
    made = medium.shop.back_up(stick)
    assert made.snapshot == 1 and 0 < copied <= made.size_bytes - made.new_bytes + 10_000
    assert restored(medium.shop, stick, tmp_path / "new").examined.counts.events == 598


@pytest.mark.parametrize("stage", [Stage.ARCHIVE, Stage.MEDIA])
def test_killed_run_is_never_taken_for_a_whole_one(stage: Stage, medium: Medium, tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:

        def die(standing: Standing) -> None:
            if standing.stage is stage and standing.done:
                os.kill(os.getpid(), signal.SIGKILL)

        for path in medium.stick.glob("pieces/*/*"):
            path.unlink()
        medium.shop.maker().run(BackupOrder(folder=medium.stick, keep=5), Progress(die))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert sorted(path.name for path in medium.stick.glob("snaps/*")) == ["000001.JSN", "000002.JSN"]
    made = medium.shop.back_up(medium.stick, keep=1)
    assert made.snapshot == 3 and not list(medium.stick.glob("pieces/*/*.tmp"))
    assert restored(medium.shop, medium.stick, tmp_path / "new").examined.counts.events == 598


def test_full_medium_is_told_and_what_was_there_stays_whole(tmp_path: Path) -> None:
    shop = new_shop(tmp_path)
    asyncio.run(filled(shop, range(1, 20)))
    with small_disk(tmp_path / "stick", "3m") as stick:
        shop.back_up(stick)
        sealed = shop.seal_media(os.urandom(3_000_000))
        with pytest.raises(PlaceFullError) as refused:
            shop.back_up(stick)
        assert (refused.value.code, refused.value.exit_code) == ("backup.disk_full", 10)
        assert not list(stick.glob("pieces/*/*.tmp"))
        assert restored(shop, stick, tmp_path / "new").snapshot == 1
        shutil.rmtree(shop.paths.media / "blobs" / sealed)
        assert shop.back_up(stick).snapshot == 2
