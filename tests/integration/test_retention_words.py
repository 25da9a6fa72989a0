"""The words of a deleted record go from the full-text index too, wherever in it they were."""

from pathlib import Path

from daemon.archive.archive import Archive
from tests.archive_kit import archive_in, ingest_of, sms
from tests.integration.test_archive_tamper import behind_the_back
from tests.integration.test_retention import BY_REQUEST

CANARY = "龘靐canaryword".encode()


def has_canary(folder: Path) -> bool:
    with behind_the_back(folder) as database:
        rows = database.fetch_all("SELECT block FROM events_text_data")
    blocks = b"".join(block for (block,) in rows if isinstance(block, bytes))
    return "龘".encode() in blocks or b"anaryword" in blocks


async def add(archive: Archive, parts: range) -> None:
    for part in parts:
        keys = range(100 * part, 100 * part + 60)
        await archive.ingest(ingest_of([sms(key, f"普通消息{key} word{key}".encode()) for key in keys]))


async def erase(archive: Archive, index: int) -> None:
    assert [one.events for one in await archive.deletions.erase([index], BY_REQUEST)] == [1]
    await archive.deletions.merge_index()


async def test_words_go_from_an_index_of_many_parts_and_from_one_of_a_single_part(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await add(archive, range(20))
        first = (await archive.ingest(ingest_of([sms(9_000, CANARY)]))).ledger_size
        second = (await archive.ingest(ingest_of([sms(9_001, CANARY)]))).ledger_size
        await add(archive, range(20, 26))
        await erase(archive, first)
        assert has_canary(tmp_path)  # of the second
        await erase(archive, second)
        assert (await archive.verify()).ok
    assert not has_canary(tmp_path)
