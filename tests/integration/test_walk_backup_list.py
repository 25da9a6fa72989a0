"""What a medium holds can be read on a bare machine, and a mistyped folder is no drill."""

import asyncio
import json
from pathlib import Path

import pytest

from daemon.backup.errors import PlaceError
from daemon.backup.keys import with_open_root
from daemon.backup.progress import Progress
from daemon.backup.work import BackupWorker, DrillOrder
from daemon.main import main
from tests.backup_kit import CLOCK, Shop, filled, new_shop
from tests.contract.cli_runner import shopwarden


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    one = new_shop(tmp_path)
    asyncio.run(filled(one, range(1, 4)))
    (tmp_path / "stick").mkdir()
    key = ("--state", str(one.paths.root), "--key-file", str(one.secret.path))
    for _ in range(2):
        assert main(["backup", str(tmp_path / "stick"), *key, "--jsonl"]) == 0
    return one


async def test_the_list_needs_no_daemon_no_state_and_no_key(shop: Shop, tmp_path: Path) -> None:
    stick, nowhere = str(tmp_path / "stick"), tmp_path / "nowhere"
    listed = await shopwarden(nowhere, "--json", "backup", "list", stick)
    assert listed.code == 0, listed.err
    assert [(line["snapshot"], line["is_damaged"], line["keys_generation"]) for line in listed.items] == [
        (1, False, 1), (2, False, 1),
    ]  # fmt: skip
    assert all(line["made_at"] and line["size_bytes"] and line["schema_version"] for line in listed.items)


def test_it_is_told_in_words_and_a_damaged_list_is_named(
    shop: Shop, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stick = str(tmp_path / "stick")
    assert main(["backup-list", stick, "--lang", "zh"]) == 0
    told = capfd.readouterr()
    assert "快照 2：" in told.out and "密钥代次 1" in told.out and "未使用密钥" in told.err
    (tmp_path / "stick/snaps/000001.JSN").write_bytes(b"{")
    assert main(["backup-list", stick, "--lang", "en"]) == 1
    assert "Snapshot 1: its list is damaged" in capfd.readouterr().out
    assert main(["backup-list", str(tmp_path / "nowhere")]) == 2


def test_a_missing_snapshot_is_told_with_the_command_that_works(
    shop: Shop, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stick = tmp_path / "stick"
    new = ("--state", str(tmp_path / "new"), "--key-file", str(shop.secret.path), "--lang", "en")
    assert main(["restore", str(stick), *new, "--snapshot", "7"]) == 6
    assert f"`shopwarden backup list {stick}`" in capfd.readouterr().err
    assert main(["backup-list", str(stick), "--json"]) == 0
    assert len(json.loads(capfd.readouterr().out)["items"]) == 2


async def test_a_mistyped_folder_is_no_drill(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    marker = json.loads((tmp_path / "stick/STORE.JSN").read_bytes())
    (foreign / "STORE.JSN").write_text(json.dumps(marker | {"store_id": "0" * 32}))
    archive = shop.archive()
    worker = BackupWorker(shop.paths, shop.keys, archive, CLOCK)
    progress = Progress(lambda standing: None)
    try:
        for folder in (tmp_path / "wrong", tmp_path / "other", foreign):
            order = DrillOrder(folder=folder, temporary=tmp_path)
            with pytest.raises(PlaceError) as refused:
                await worker.drill(order, with_open_root(shop.keys), "owner", progress)
            assert refused.value.exit_code == 2
        assert {one.draft.what.name for one in await archive.backups.newest(10)} == {"MADE"}
        (tmp_path / "stick/STORE.JSN").write_bytes(b"")
        with pytest.raises(PlaceError):
            order = DrillOrder(folder=tmp_path / "stick", temporary=tmp_path)
            await worker.drill(order, with_open_root(shop.keys), "owner", progress)
        assert (await archive.backups.newest(1))[0].draft.problem == "backup.marker_damaged"
    finally:
        await archive.close()
        worker.close()
