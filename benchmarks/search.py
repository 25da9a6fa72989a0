"""Searching words of one and two characters, lists with filters and stretches of conversations, as archives grow.

Every search runs through `Archive.search` with the mask that a reader's search has (`masked_text`), so what is measured
is index, opening of sealed records, masking and check together. Warm: every query once before, then three rounds. Cold:
a new archive object (its connections begin with nothing in memory) and the file dropped from the system's cache where
that works. What is expected of ten million events goes by the growth of every query's fastest round, which other work
on the machine disturbs least. The floor is the bare index: one FTS5 query for as many row numbers on a warm connection.
"""

import os
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from crypto.database import OpenMode, open_database
from crypto.keyring import open_keyring
from crypto.keys import Purpose
from crypto.secrets import KeyFileSecret
from daemon.api.texts import Texts
from daemon.archive.archive import Archive
from daemon.archive.drafts import EventFilter
from daemon.archive.fulltext import match_expression
from daemon.archive.timeline import TimelineScope
from daemon.archive.timeline_streams import Place
from daemon.event_text import masked_text
from daemon.events import Direction, EventKind
from daemon.rights.sight import Form, Sight

from .million import ROWS, Store, kept_store
from .synthetic import PHONES, words

LIMIT: Final = 50
_SEARCHES: Final = {
    "common": tuple(range(8)),
    "middle": tuple(range(300, 308)),
    "rare": tuple(range(2_980, 2_988)),
}
_WARM_ROUNDS: Final = 3
_GOAL_WARM_MS: Final = 20.0
_GOAL_COLD_MS: Final = 100.0
_FLOOR: Final = "SELECT rowid FROM events_text WHERE events_text MATCH ? ORDER BY rowid DESC LIMIT ?"
_TEN_MILLION: Final = 10_000_000

Query = Callable[[Archive], Awaitable[object]]


async def run() -> dict[str, float | int | str]:
    """A quarter, a half and all of the rows; what is printed without a size is of all."""
    rows = int(os.environ.get("SHOPWARDEN_BENCH_ROWS", ROWS))
    sizes = (rows // 4, rows // 2, rows)
    by_size: list[dict[str, float]] = [await _measured(await kept_store(size)) for size in sizes]
    figures: dict[str, float | int | str] = {"rows": rows, "page": LIMIT, **by_size[-1]}
    for name in ("two_characters_p95_ms", "two_characters_cold_p95_ms", "conversation_p95_ms"):
        for size, measured in zip(sizes[:-1], by_size[:-1], strict=True):
            figures[f"{name}_at_{size}"] = measured[name]
        fastest = name.replace("_p95_ms", "_fastest_ms")
        figures[f"{name}_at_10_million_extrapolated"] = _extrapolated(sizes, [one[fastest] for one in by_size])
    figures["goal_two_characters_p95_ms"] = _GOAL_WARM_MS
    figures["goal_two_characters_cold_p95_ms"] = _GOAL_COLD_MS
    figures["goal_conversation_p95_ms"] = _GOAL_WARM_MS
    return figures


async def _measured(store: Store) -> dict[str, float]:
    vocabulary, known = words(), set(words())
    chance = random.Random(7)
    texts = {name: [vocabulary[rank] for rank in ranks] for name, ranks in _SEARCHES.items()}
    letters = sorted(set("".join(vocabulary)))
    absent = ("".join(chance.choices(letters, k=2)) for _ in range(1_000))
    texts["absent"] = [text for text in absent if text not in known][:8]
    two = {name: [_search(text) for text in group] for name, group in texts.items()}
    one = [_search(text[0]) for text in (vocabulary[0], vocabulary[40], vocabulary[700])]
    narrow = [
        _search(vocabulary[rank], EventFilter(device=PHONES[3], direction=Direction.OUT, limit=LIMIT))
        for rank in (0, 5, 300)
    ]
    figures: dict[str, float] = {}
    archive = store.open()
    try:
        spots = await _spots(archive, chance)
        conversations = [_stretch(conversation, place) for conversation, place in spots]
        lists = [_list(EventFilter(conversation=conversation, limit=LIMIT)) for conversation, _ in spots]
        every: list[float] = []
        fastest: list[float] = []
        for name, group in two.items():
            took = await _warm(archive, group)
            figures[f"two_characters_{name}_p50_ms"] = statistics.median(took)
            every += took
            fastest += _fastest(took, len(group))
        figures["two_characters_p95_ms"] = _p95(every)
        figures["two_characters_fastest_ms"] = _p95(fastest)
        figures["one_character_p95_ms"] = _p95(await _warm(archive, one))
        figures["two_characters_of_a_phone_p95_ms"] = _p95(await _warm(archive, narrow))
        took = await _warm(archive, conversations)
        figures["conversation_p95_ms"] = _p95(took)
        figures["conversation_fastest_ms"] = _p95(_fastest(took, len(conversations)))
        figures["conversation_list_p95_ms"] = _p95(await _warm(archive, lists))
    finally:
        await archive.close()
    flat = [query for group in two.values() for query in group]
    cold = [await _cold_ms(store, query) for _ in range(_WARM_ROUNDS) for query in flat]
    figures["two_characters_cold_p95_ms"] = _p95(cold)
    figures["two_characters_cold_fastest_ms"] = _p95(_fastest(cold, len(flat)))
    figures["one_character_cold_p95_ms"] = _p95([await _cold_ms(store, query) for query in one])
    figures["conversation_cold_p95_ms"] = _p95([await _cold_ms(store, query) for query in conversations])
    floor_ms = _floor_ms(store, [text for group in texts.values() for text in group])
    figures["floor_p95_ms"] = floor_ms
    figures["ratio_to_bare_index"] = figures["two_characters_p95_ms"] / floor_ms
    return figures


_SIGHT = Sight(texts=Texts("en"), form=Form.FOLLOWED, people=None)


def _search(text: str, query: EventFilter | None = None) -> Query:
    wanted = query or EventFilter(limit=LIMIT)
    return lambda archive: archive.search(text, wanted, visible=lambda event: masked_text(event, _SIGHT))


def _list(query: EventFilter) -> Query:
    return lambda archive: archive.events(query)


def _stretch(conversation: str, place: Place) -> Query:
    scope = TimelineScope(conversations=(conversation,))
    return lambda archive: archive.timeline.slice(scope, place, before=LIMIT // 2, after=LIMIT // 2)


async def _spots(archive: Archive, chance: random.Random) -> list[tuple[str, Place]]:
    """Places in the middle of conversations of every length."""
    found: list[tuple[str, Place]] = []
    for device in PHONES:
        events = await archive.events(EventFilter(device=device, kind=EventKind.MESSAGE, limit=200))
        for archived in chance.sample(events, 3):
            spot = await archive.timeline.find(archived.event.event_id)
            if spot is not None:
                found.append((archived.conversation, spot[0]))
    return found


async def _warm(archive: Archive, queries: Sequence[Query]) -> list[float]:
    for query in queries:
        await query(archive)
    return [await _ms(archive, query) for _ in range(_WARM_ROUNDS) for query in queries]


async def _cold_ms(store: Store, query: Query) -> float:
    archive = store.open()
    try:
        _drop_from_cache(store)
        return await _ms(archive, query)
    finally:
        await archive.close()


async def _ms(archive: Archive, query: Query) -> float:
    started = time.perf_counter()
    await query(archive)
    return (time.perf_counter() - started) * 1000


def _drop_from_cache(store: Store) -> None:
    handle = os.open(store.paths.archive, os.O_RDONLY)
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def _floor_ms(store: Store, texts: Sequence[str]) -> float:
    keys = open_keyring(store.paths.keyring, KeyFileSecret(path=store.key_file))
    took: list[float] = []
    with open_database(store.paths.archive, keys.derive(Purpose.ARCHIVE), OpenMode.READ_ONLY) as database:
        for _ in range(_WARM_ROUNDS + 1):
            took = []
            for text in texts:
                started = time.perf_counter()
                database.fetch_all(_FLOOR, (match_expression(text), LIMIT))
                took.append((time.perf_counter() - started) * 1000)
    return _p95(took)


def _fastest(took: Sequence[float], queries: int) -> list[float]:
    """Of every query, where rounds follow each other."""
    return [min(took[at::queries]) for at in range(queries)]


def _p95(took: Sequence[float]) -> float:
    return sorted(took)[max(0, round(len(took) * 0.95) - 1)]


def _extrapolated(sizes: Sequence[int], took: Sequence[float]) -> float:
    """By the line through the measured sizes; never below the largest of them."""
    slope, at_zero = statistics.linear_regression(sizes, took)
    return max(at_zero + slope * _TEN_MILLION, took[-1])
