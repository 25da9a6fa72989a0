"""What `verify` covers beside the ledger: sealed files and the full-text index; and the commands for a state."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from crypto.database import OpenMode, open_database
from crypto.head_log import HeadLog
from crypto.keyring import open_keyring
from crypto.keys import Purpose
from crypto.sealed_keys import MediaKeys
from crypto.secrets import KeyFileSecret
from daemon.archive.archive import Archive, tokens_of
from daemon.archive.content import ContentKeys
from daemon.archive.index_check import reindex
from daemon.archive.records import VerifyProblem
from daemon.main import main
from daemon.media_shelves import OneShelf
from daemon.media_store import MediaStore
from daemon.proofs.typed_heads import spelled
from daemon.proofs.whole_check import Extra, verify_whole
from tests.archive_kit import StepClock, archive_in, ingest_of, root_key, sms, vault_keys

from .test_daemon_media_reading import with_picture


async def test_sealed_files_are_checked_by_their_lists_and_when_asked_by_every_byte(tmp_path: Path) -> None:
    media = MediaStore(tmp_path / "media", OneShelf(MediaKeys(root_key())), clock=StepClock())
    async with archive_in(tmp_path) as archive:
        event_id = await with_picture(archive, media)
        assert (await verify_whole(archive, media, None, Extra.MEDIA)).ok
        part = max((tmp_path / "media" / "blobs").rglob("0*.age"), key=lambda path: path.stat().st_size)
        whole = part.read_bytes()
        part.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        assert (await verify_whole(archive, media, None, Extra.NOTHING)).ok
        for extra, damage, problem in (
            (Extra.MEDIA, lambda: None, VerifyProblem.FILE_DAMAGED),
            (Extra.NOTHING, lambda: part.write_bytes(whole[:-1]), VerifyProblem.FILE_MISSING),
            (Extra.NOTHING, lambda: shutil.rmtree(part.parent), VerifyProblem.FILE_MISSING),
        ):
            damage()
            result = await verify_whole(archive, media, None, extra)
            assert (result.problem, result.first_bad) == (problem, f"{event_id} attachment=1")
    media.close()


async def test_an_index_that_misses_words_is_told_and_made_anew(tmp_path: Path) -> None:
    media = MediaStore(tmp_path / "media", OneShelf(MediaKeys(root_key())), clock=StepClock())
    events = [sms(key, f"第{key}位客户转账 receipt {key}".encode()) for key in range(60)]
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of(events))
        assert (await verify_whole(archive, media, None, Extra.INDEX)).ok
    keys = vault_keys(tmp_path)
    with open_database(tmp_path / "archive.db", keys.derive(Purpose.ARCHIVE), OpenMode.READ_WRITE) as database:
        database.execute("DELETE FROM events_text WHERE rowid = 40")
        database.execute("INSERT INTO events_text (rowid, body) VALUES (40, 'something else')")
    async with archive_in(tmp_path) as archive:
        result = await verify_whole(archive, media, None, Extra.INDEX)
        assert (result.problem, str(result.first_bad)[:3]) == (VerifyProblem.INDEX_WRONG, "ev_")
        assert (await archive.verify()).problem is VerifyProblem.INDEX_WRONG  # a small archive's is compared whole
    with open_database(tmp_path / "archive.db", keys.derive(Purpose.ARCHIVE), OpenMode.READ_WRITE) as database:
        assert reindex(database, ContentKeys(keys), tokens_of(keys)) == 60
    with (
        open_database(tmp_path / "archive.db", keys.derive(Purpose.ARCHIVE), OpenMode.READ_ONLY) as database,
        pytest.raises(ValueError, match="read-only"),
    ):
        reindex(database, ContentKeys(keys), tokens_of(keys))
    async with archive_in(tmp_path) as archive:
        assert (await verify_whole(archive, media, None, Extra.INDEX)).ok
    media.close()


def test_the_commands_on_a_state_without_a_daemon(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state, key = tmp_path / "state", tmp_path / "key"
    assert main(["init", "--state", str(state), "--key-file", str(key)]) == 0
    keys = open_keyring(state / "keys.json", KeyFileSecret(key))
    heads = HeadLog(state / "heads.log")
    archive = Archive.open(state / "archive.db", keys, clock=StepClock(), heads=heads, mode=OpenMode.CREATE)
    asyncio.run(archive.close())
    assert main(["reindex", "--state", str(state)]) == 0
    assert main(["verify", "--state", str(state), "--media", "--index", "--json"]) == 0
    capsys.readouterr()
    root = "0000111122223333"
    zero, five = (spelled(size, root, archive.witnesses.check_digits(size, root)) for size in (0, 5))
    for text, code in (("0 e3b0c44298fc1c14", 0), (zero, 11), (five, 11), ("x", 2), (f"5 {root}", 2), (f"5{zero}", 2)):
        assert main(["heads", "check", "--state", str(state), "--text", text, "--json"]) == code
    told = [json.loads(line)["items"][0]["standing"] for line in capsys.readouterr().out.splitlines()]
    assert told == ["continued", "other_history", "rolled_back"]
    assert main(["heads", "check", "--state", str(state)]) == 2
    assert main(["heads", "check", "--state", str(state), str(key)]) == 2
    assert main(["heads", "check", "--state", str(state), str(tmp_path / "none")]) == 2
