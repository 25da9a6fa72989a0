"""The records of a bundle, read pass after pass: what the first pass finds, every other has to find again."""

from array import array
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from .errors import BundleChangedError
from .pages import RECORDS_PER_PAGE, page_name
from .parts import CORRECTION_KIND, BundleRecord, BundleSource, Section

CHUNK: Final = 500


def chunks_of(indexes: Sequence[int], size: int = CHUNK) -> Iterator[list[int]]:
    """`indexes` in lists of at most `size`."""
    for at in range(0, len(indexes), size):
        yield list(indexes[at : at + size])


@dataclass(slots=True)
class _Pages:
    """A section: its records with their times, 16 bytes each."""

    title: str
    number: int
    times_us: "array[int]" = field(default_factory=lambda: array("q"))
    indexes: "array[int]" = field(default_factory=lambda: array("q"))

    def ordered(self) -> list[int]:
        """Ledger indexes by time."""
        return [index for _, index in sorted(zip(self.times_us, self.indexes, strict=True))]


class Contents:
    """Which records there are and on which page each is."""

    def __init__(self) -> None:
        self.present = array("q")
        """Ledger indexes, ascending."""
        self.corrections = 0
        self._sections: dict[str, _Pages] = {}

    def add(self, record: BundleRecord) -> None:
        """In the order of the ledger."""
        self.present.append(record.ledger_index)
        self.corrections += record.kind == CORRECTION_KIND
        pages = self._pages(record.section)
        pages.times_us.append(int(record.occurred_at.timestamp() * 1_000_000))
        pages.indexes.append(record.ledger_index)

    def sections(self) -> Iterator[tuple[int, str, list[int]]]:
        """Number from 1, title and ledger indexes in the order shown, of every section."""
        for pages in self._sections.values():
            yield pages.number, pages.title, pages.ordered()

    def lines(self) -> Iterator[tuple[str, str, int]]:
        """Title, first page and number of records of every section."""
        for pages in self._sections.values():
            yield pages.title, page_name(pages.number, 1), len(pages.indexes)

    def first_page(self, section: Section) -> str:
        """Where the pages of a section begin."""
        return page_name(self._sections[section.key].number, 1)

    def _pages(self, section: Section) -> _Pages:
        pages = self._sections.get(section.key)
        if pages is None:
            pages = self._sections[section.key] = _Pages(section.title, len(self._sections) + 1)
        return pages


async def first_pass(source: BundleSource) -> AsyncIterator[Sequence[BundleRecord]]:
    """What is there of `source.indexes`."""
    for wanted in chunks_of(source.indexes):
        yield await source.read(wanted)


async def again(source: BundleSource, indexes: Sequence[int], size: int = CHUNK) -> AsyncIterator[list[BundleRecord]]:
    """Records that were there before, in this order. BundleChangedError when one is not any more."""
    for wanted in chunks_of(indexes, size):
        found = {record.ledger_index: record for record in await source.read(wanted)}
        try:
            yield [found[index] for index in wanted]
        except KeyError:
            raise BundleChangedError from None


def page_count(records: int) -> int:
    """Pages of a section."""
    return -(-records // RECORDS_PER_PAGE)


def shas_of(records: Iterable[BundleRecord]) -> Iterator[tuple[str, str, int]]:
    """SHA-256, claimed type and size of the sealed files of records."""
    for record in records:
        for one in record.attachments:
            if one.text is None and one.sha256 is not None:
                yield one.sha256, one.content_type, one.size_bytes
