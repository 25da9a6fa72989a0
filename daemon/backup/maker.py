"""One run of a backup: whatever is new goes to the medium, then a manifest makes it a snapshot.

Order, and why a cut at any point harms nothing: pieces first (unlisted ones are used by the next run); then the wrapped
keys (a copy taken after the archive holds still has the key of every record in it, and none that was destroyed); then
the manifest, in one rename; only then are old snapshots and pieces removed.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from adb_bridge.clock import Clock
from crypto.atomic_file import read_file, storage_errors
from crypto.backup_keys import BackupKeys
from crypto.checkpoints import HeadSigner
from crypto.errors import CryptoErrorCode, IntegrityError, VaultStateError

from ..paths import StatePaths
from ..version import daemon_version
from .contents import MediaFile, heads_up_to, media_files, open_files
from .manifest import ARCHIVE, FORMAT, HEADS, SEALED, VERSION, FileEntry, Manifest, PieceRef
from .pages import PACK_BYTES, PageMap, PagePacker, decode_pages, encode_pages
from .pieces import PieceState, PieceWriter, Recheck
from .place import MOST_KEYS_BYTES, Existence, KeysCopy, Place, place_for, read_keys
from .progress import Progress, Stage
from .still_archive import ArchiveFile, StillArchive, holding_still
from .waiting import WAITING, waiting_files

_HEADS_PIECE_BYTES: Final = 256 * 1024
_MEDIA_PIECE_BYTES: Final = 8 * 1024 * 1024
"""More than a part of a sealed file has: each is one piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupOrder:
    """What a run is asked to do."""

    folder: Path
    keep: int
    """Snapshots that stay, this one included; at least 1."""
    existence: Existence = Existence.MAY_BE_NEW
    recheck: Recheck = Recheck.SIZES


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMade:
    """A finished run."""

    place_id: str
    snapshot: int
    made_at: datetime
    schema_version: int
    ledger_size: int
    root: bytes
    files: int
    size_bytes: int
    """Of everything in the snapshot."""
    new_pieces: int
    new_bytes: int
    """Written by this run."""
    removed: tuple[int, ...]
    """Older snapshots that were not to be kept any longer."""
    damaged: tuple[int, ...]
    """Numbers whose manifest cannot be used. While there are such, no piece is removed."""
    freed_bytes: int
    is_same_disk: bool
    """The backup lies on the archive's own disk and dies with it."""
    took_s: float
    waiting_batches: int
    """Collected while the vault was closed and not merged yet; in the snapshot as they are."""
    missing_files: int = 0
    """Sealed files that records name and the state does not have; so they are not in the snapshot either."""


class BackupMaker:
    """For one state. Runs in a thread; one run at a time for a place."""

    def __init__(self, paths: StatePaths, *, keys: BackupKeys, archive_key: bytes, ledger_seed: bytes, clock: Clock):
        self._paths = paths
        self._keys = keys
        self._archive_key = archive_key
        self._signer = HeadSigner.from_seed(ledger_seed)
        self._clock = clock
        self._file = ArchiveFile(paths.archive)

    def run(self, order: BackupOrder, progress: Progress) -> BackupMade:
        """PlaceError, PlaceFullError, PlaceFailedError, BackupError, StoppedError; errors of `crypto` for the state."""
        started_s = self._clock.monotonic()
        progress.begin(Stage.PREPARING)
        place = place_for(order.folder, store_id=self._keys.store_id, state=self._paths.root, existence=order.existence)
        with place.locked():
            manifest, writer = self._copy(place, order, progress)
            removed, damaged, freed = self._forget(place, order.keep)
        progress.begin(Stage.DONE)
        return BackupMade(
            place_id=place.place_id,
            snapshot=manifest.number,
            made_at=manifest.made_at,
            schema_version=manifest.schema_version,
            ledger_size=manifest.ledger_size,
            root=bytes.fromhex(manifest.root),
            files=len(manifest.files),
            size_bytes=manifest.size_bytes,
            new_pieces=writer.new_pieces,
            new_bytes=writer.new_bytes,
            removed=removed,
            damaged=damaged,
            freed_bytes=freed,
            is_same_disk=self._is_same_disk(order.folder),
            took_s=self._clock.monotonic() - started_s,
            waiting_batches=sum(file.path.startswith(f"{WAITING}batches/") for file in manifest.files),
        )

    def close(self) -> None:
        """When the archive is closed in this process, see `ArchiveFile`."""
        self._file.close()

    def _copy(self, place: Place, order: BackupOrder, progress: Progress) -> tuple[Manifest, PieceWriter]:
        before = place.snapshots(self._keys)
        known = frozenset(name for one in before.whole for name in one.pieces())
        last = {} if before.newest is None else {file.path: file for file in before.newest.files}
        with PieceWriter(place.folder, self._keys, known=known, is_recheck=order.recheck) as writer:
            # Before the archive stands still: what is merged and gone before it is read is in the archive then.
            unmerged = list(waiting_files(self._paths))
            waiting = list(self._media(unmerged, last, writer, progress)) if unmerged else []
            with holding_still(self._paths.archive, self._archive_key, wait=time.sleep) as still:
                made_at = self._clock.now()
                archive, pages = self._archive(still, place, before.newest, writer, progress)
                files = [archive, self._heads(still, writer), *waiting]
                # Every sealed file that a record of this archive names was finished before the record was written.
                media = list(media_files(self._paths))
            files += self._media(media, last, writer, progress)
            files += self._open_files(writer)
            writer.flush()
            keys = self._keys_file()
            place.put_keys(keys)
            erased = place.put_erased(still.erased, self._keys)
            head = self._signer.sign(still.origin, still.ledger_size, still.root)
            manifest = Manifest(
                format=FORMAT,
                version=VERSION,
                store_id=self._keys.store_id,
                place_id=place.place_id,
                number=before.last_number + 1,
                made_at=made_at,
                program=daemon_version(),
                schema_version=still.schema_version,
                keys_generation=keys.generation,
                ledger_size=still.ledger_size,
                root=still.root.hex(),
                head=head.note,
                files=tuple(files),
                pages=pages,
                erased=erased,
            )
            place.add_snapshot(manifest, self._keys)
        return manifest, writer

    def _archive(
        self, still: StillArchive, place: Place, last: Manifest | None, writer: PieceWriter, progress: Progress
    ) -> tuple[FileEntry, PieceRef]:
        """The archive's packs, and the piece that says where each page lies."""
        progress.begin(Stage.ARCHIVE, still.size_bytes)
        packer = PagePacker(self._last_pages(place, last), () if last is None else last.archive.pieces, put=writer.put)
        packer.keep(writer.has)
        for stretch in self._file.pieces(still.size_bytes, PACK_BYTES):
            packer.take(stretch)
            progress.add(len(stretch))
        pages, packs = packer.finish()
        entry = FileEntry(path=ARCHIVE, size_bytes=still.size_bytes, modified_ns=0, pieces=packs)
        return entry, writer.put(encode_pages(pages))

    def _last_pages(self, place: Place, last: Manifest | None) -> PageMap | None:
        """None: every page is new."""
        if last is None:
            return None
        state, content = place.pieces(self._keys).read(last.pages)
        try:
            return decode_pages(content) if state is PieceState.WHOLE else None
        except IntegrityError:
            return None

    def _heads(self, still: StillArchive, writer: PieceWriter) -> FileEntry:
        size = heads_up_to(self._paths.heads, still.ledger_size)
        pieces = [writer.put(content) for content in _pieces_of(self._paths.heads, size, _HEADS_PIECE_BYTES)]
        return FileEntry(path=HEADS, size_bytes=size, modified_ns=0, pieces=tuple(pieces))

    def _media(
        self, files: list[MediaFile], last: dict[str, FileEntry], writer: PieceWriter, progress: Progress
    ) -> Iterator[FileEntry]:
        """Unchanged ones are not read: a sealed file is never changed, only replaced."""
        progress.begin(Stage.MEDIA, sum(file.size_bytes for file in files))
        for file in files:
            entry = last.get(file.relative)
            if (
                entry is None
                or (entry.size_bytes, entry.modified_ns) != (file.size_bytes, file.modified_ns)
                or not all(map(writer.has, entry.pieces))
            ):
                entry = _read_media(file, writer)
            if entry is not None:
                yield entry
            progress.add(file.size_bytes)

    def _open_files(self, writer: PieceWriter) -> Iterator[FileEntry]:
        for relative, content in open_files(self._paths):
            piece = writer.put(self._keys.seal(relative, content))
            yield FileEntry(path=SEALED + relative, size_bytes=piece.size_bytes, modified_ns=0, pieces=(piece,))

    def _keys_file(self) -> KeysCopy:
        try:
            copy = read_keys(read_file(self._paths.keyring, max_bytes=MOST_KEYS_BYTES))
        except FileNotFoundError:
            raise VaultStateError(CryptoErrorCode.KEYRING_MISSING, self._paths.keyring.name) from None
        if copy is None:
            raise IntegrityError(CryptoErrorCode.KEYRING_DAMAGED, self._paths.keyring.name)
        if copy.store_id != self._keys.store_id:
            raise VaultStateError(CryptoErrorCode.KEYRING_OTHER_STORE, self._paths.keyring.name)
        return copy

    def _forget(self, place: Place, keep: int) -> tuple[tuple[int, ...], tuple[int, ...], int]:
        """Remove old snapshots, then pieces that none needs: those removed, those damaged, bytes freed."""
        found = place.snapshots(self._keys)
        kept = found.whole[-max(1, keep) :]
        removed = [one.number for one in found.whole[: -max(1, keep)]]
        removed += [number for number in found.damaged if number < kept[0].number]
        for number in removed:
            place.remove_snapshot(number)
        damaged = tuple(number for number in found.damaged if number not in removed)
        freed = 0
        if not damaged:  # what a damaged one lists is not known; it may be mended from another copy
            freed = place.pieces(self._keys).remove_others({name for one in kept for name in one.pieces()})
        return tuple(removed), damaged, freed

    def _is_same_disk(self, folder: Path) -> bool:
        try:
            return folder.stat().st_dev == self._paths.archive.stat().st_dev
        except OSError:
            return False


def _read_media(file: MediaFile, writer: PieceWriter) -> FileEntry | None:
    """None when it was removed meanwhile."""
    try:
        with storage_errors("media"):
            handle = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    pieces = []
    with storage_errors("media"), os.fdopen(handle, "rb") as stream:
        while content := stream.read(_MEDIA_PIECE_BYTES):
            pieces.append(writer.put(content))
    size = sum(piece.size_bytes for piece in pieces)
    return FileEntry(path=file.relative, size_bytes=size, modified_ns=file.modified_ns, pieces=tuple(pieces))


def _pieces_of(path: Path, size_bytes: int, piece_bytes: int) -> Iterator[bytes]:
    if size_bytes == 0:
        return
    with storage_errors(path.name), path.open("rb") as stream:
        left = size_bytes
        while left > 0 and (content := stream.read(min(piece_bytes, left))):
            yield content
            left -= len(content)
