"""Whatever is added, edited, deleted and hidden: the archive ends as the phone is, and absent is what was deleted."""

import asyncio
import re
import zlib
from base64 import b85encode
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from adb_bridge.collectors.messages import Pace
from adb_bridge.collectors.presence import Doubted, Presence, doubt_key, doubts_of_key, pack_ids, unpack_ids
from adb_bridge.collectors.sms import SmsCollector
from adb_bridge.records import AbsenceDoubt, CollectedBatch, SmsRow
from adb_bridge.session import Session, ShellOutput
from tests.integration.bridge_support import CLOCK, Shelf
from tests.property.test_bridge_collecting import SMS, PaperPhone

Step = tuple[str, int]
ACTIONS = (
    *("add", "add", "add", "other", "other", "delete", "delete", "delete_last"),
    *("edit", "hide", "show", "collect", "sweep"),
)
steps = st.lists(
    st.tuples(
        st.sampled_from(ACTIONS),
        st.integers(1, 40),
    ),
    max_size=50,
)


class TwoSims(PaperPhone):
    """A second SIM may be out: its rows are hidden then, as on Android 14+."""

    def __init__(self) -> None:
        super().__init__(SMS, "sms", "type IN (1, 2) AND (sub_id<>2 OR (SELECT is_in FROM slot))")
        self.database.execute("CREATE TABLE slot (is_in INTEGER)")
        self.database.execute("INSERT INTO slot VALUES (1)")

    async def shell(self, command: str, *, timeout_s: float, max_bytes: int = 1 << 20) -> ShellOutput:
        assert not re.search(r"\bselect\b", command, re.IGNORECASE)
        return await super().shell(command, timeout_s=timeout_s, max_bytes=max_bytes)

    def act(self, step: Step) -> None:
        action, which = step
        run = self.database.execute
        match action:
            case "add" | "other":
                for _ in range(which % 5 + 1):
                    sub = 2 if action == "other" else (1, -1)[which % 2]
                    run("INSERT INTO sms (address, type, body, sub_id) VALUES ('1', 1, ?, ?)", (f"b{which}", sub))
            case "delete":
                run("DELETE FROM sms WHERE _id % 7 = ?", (which % 7,))
            case "delete_last":
                run("DELETE FROM sms WHERE _id > (SELECT max(_id) - ? FROM sms)", (which % 25,))
            case "edit":
                run("UPDATE sms SET body='edited' WHERE _id=?", (which,))
            case "hide" | "show":
                run("UPDATE slot SET is_in=?", (int(action == "show"),))

    def rows(self) -> set[tuple[int, int]]:
        """Ids with their SIM: an id may be given out again."""
        return set(self.database.execute("SELECT _id, sub_id FROM sms"))


def check(phone: TwoSims, shelf: Shelf, batch: CollectedBatch) -> None:
    conclusive = {
        (row_id, getattr(shelf.rows[row_id].row, "sub_id", None))
        for row_id in (int(one.source_key) for one in batch.absent if not one.doubts)
    }
    assert conclusive.isdisjoint(phone.rows()), "a row that is still there was called deleted"
    told = [one.source_key for one in batch.absent]
    assert len(told) == len(set(told))
    shelf.take(batch)


async def play(phone: TwoSims, shelf: Shelf, script: list[Step]) -> None:
    session = cast("Session", phone)

    async def look(*, is_sweep: str) -> int:
        absences = 0
        if is_sweep and shelf.cursor is not None:
            batches = shelf.collector.sweep(session, shelf.cursor, shelf)
        else:
            batches = shelf.collector.collect(session, shelf.cursor, shelf)
        async for batch in batches:
            check(phone, shelf, batch)
            absences += len(batch.absent)
        return absences

    for step in script:
        match step[0]:
            case "collect":
                await look(is_sweep="")
            case "sweep":
                await look(is_sweep="sweep")
            case _:
                phone.act(step)
    for state in ("hide", "show"):
        phone.act((state, 1))
        for _ in range(14):
            await look(is_sweep="")
            await look(is_sweep="sweep")
        # Nothing changes: nothing is told again.
        assert sum([await look(is_sweep=kind) for kind in ("", "sweep") * 8]) == 0


@given(steps)
@settings(max_examples=80, deadline=None)
def test_the_archive_ends_as_the_phone_and_only_the_deleted_are_absent(script: list[Step]) -> None:
    phone = TwoSims()
    shelf = Shelf(SmsCollector(CLOCK, Pace(start=7, poll=7, largest=9, sweep=6)))
    asyncio.run(play(phone, shelf, script))
    truth = dict(phone.database.execute("SELECT _id, body FROM sms"))
    subs = {sub for (sub,) in phone.database.execute("SELECT DISTINCT sub_id FROM sms")}
    read = {
        row_id: (record.row.body or b"").decode()
        for row_id, record in shelf.rows.items()
        if isinstance(record.row, SmsRow) and row_id not in shelf.absent
    }
    phone.database.close()
    assert truth.items() <= read.items()
    # What is not there and not called deleted is of a SIM of which nothing is there at all.
    for row_id in read.keys() - truth.keys():
        row = shelf.rows[row_id].row
        assert isinstance(row, SmsRow)
        assert row.sub_id not in subs
        assert str(row_id) in shelf.doubtful


@given(st.frozensets(st.integers(1, 2**63 - 1), max_size=200))
def test_ids_are_packed_and_unpacked(ids: frozenset[int]) -> None:
    assert unpack_ids(pack_ids(ids)) == ids


def test_packed_ids_are_small() -> None:
    assert len(pack_ids(range(1, 40_001, 2))) < 200


@given(st.text(max_size=60))
def test_a_broken_pack_is_no_ids(text: str) -> None:
    assert isinstance(unpack_ids(text), frozenset)


@given(st.binary(max_size=60))
def test_hostile_numbers_in_a_pack_are_bounded(data: bytes) -> None:
    ids = unpack_ids(b85encode(zlib.compress(data)).decode())
    assert len(ids) <= len(data)


@given(st.frozensets(st.sampled_from(list(AbsenceDoubt))))
def test_reasons_survive_as_a_key(doubts: frozenset[AbsenceDoubt]) -> None:
    assert doubts_of_key(doubt_key(doubts)) == doubts


@given(
    st.dictionaries(st.integers(1, 10**6), st.integers(0, 10**13), max_size=100),
    st.frozensets(st.integers(1, 60), max_size=30),
    st.frozensets(st.integers(1, 60), max_size=30),
)
def test_presence_keeps_a_bounded_sample_and_forgets_what_was_seen(
    rows: dict[int, int], doubted: frozenset[int], seen: frozenset[int]
) -> None:
    groups = {"sim_filter": Doubted(ids=pack_ids(doubted), present_at_s=None)} if doubted else {}
    presence = Presence(doubted=groups).sampled(rows).seen(seen)
    assert len(presence.sample) <= 32
    assert presence.sample.items() <= rows.items()
    assert presence.doubted_ids() == doubted - seen
