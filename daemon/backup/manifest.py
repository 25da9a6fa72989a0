"""The list of a snapshot: every file, every piece of it with size and hash, what the ledger was, proved and signed.

    {"manifest": {…}, "proof": "hex", "note": "signed note"}

Proof and signature are over the bytes of `manifest` as they stand in the file.
"""

import re
from datetime import datetime
from typing import Annotated, Final

import msgspec

from crypto.backup_keys import PROOF_BYTES, BackupKeys
from crypto.errors import CryptoErrorCode, IntegrityError

FORMAT: Final = "shopwarden-backup"
VERSION: Final = 1
MOST_MANIFEST_BYTES: Final = 256 * 1024 * 1024
ARCHIVE: Final = "archive.db"
HEADS: Final = "heads.log"
SEALED: Final = "sealed/"
"""Before the path of what is sealed by the backup itself, because it lies open in the state."""
_PATH: Final = re.compile(
    r"archive\.db|heads\.log|(?:media/blobs|sealed|waiting)(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._-]{1,80}){1,4}"
)

Hex = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Size = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class PieceRef(msgspec.Struct, array_like=True, frozen=True):
    """A piece as manifests have it."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]
    size_bytes: Size
    sha256: Hex


class FileEntry(msgspec.Struct, array_like=True, frozen=True):
    """A file: its pieces in order."""

    path: str
    """In the state, with `/`."""
    size_bytes: Size
    modified_ns: int
    """Of the state's file, to know without reading that it is the same; 0 when it is always read."""
    pieces: tuple[PieceRef, ...]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One snapshot. `forbid_unknown_fields` is not set: a later version may add some."""

    format: str
    version: int
    store_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]
    place_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    number: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    made_at: datetime
    program: str
    schema_version: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    keys_generation: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    ledger_size: Size
    root: Hex
    head: str
    """A signed head of this ledger."""
    files: tuple[FileEntry, ...]
    """The archive's pieces are packs of pages, see `pages.py`; every other file is its pieces one after the other."""
    pages: PieceRef
    """Where each page of the archive lies."""
    erased: Size = 0
    """So many records the list of what was erased on purpose had then; one with fewer is an older copy."""

    @property
    def size_bytes(self) -> int:
        """Of all files."""
        return sum(file.size_bytes for file in self.files)

    def pieces(self) -> dict[str, PieceRef]:
        """Every piece once, by name."""
        return {piece.name: piece for file in self.files for piece in file.pieces} | {self.pages.name: self.pages}

    @property
    def archive(self) -> FileEntry:
        """The archive's file."""
        return next(file for file in self.files if file.path == ARCHIVE)

    def file(self, path: str) -> FileEntry | None:
        """None when the snapshot has none of this path."""
        return next((file for file in self.files if file.path == path), None)


class _Sealed(msgspec.Struct, frozen=True, kw_only=True):
    manifest: msgspec.Raw
    proof: str
    note: str


class _Kind(msgspec.Struct, frozen=True, kw_only=True):
    format: str = ""
    version: int = 0
    store_id: str = ""


class NewerFormatError(Exception):
    """A manifest of a later version of the format."""


class ForeignError(Exception):
    """A manifest of another store."""


def encode_manifest(manifest: Manifest, keys: BackupKeys) -> bytes:
    """The file's bytes."""
    content = msgspec.json.encode(manifest)
    return msgspec.json.encode(
        _Sealed(manifest=msgspec.Raw(content), proof=keys.prove(content).hex(), note=keys.sign(content))
    )


def decode_manifest(content: bytes, keys: BackupKeys) -> Manifest:
    """The manifest, when we made it.

    IntegrityError (SEALED_DAMAGED, HEAD_SIGNATURE, HEAD_MALFORMED), ForeignError, NewerFormatError.
    """
    try:
        sealed = msgspec.json.decode(content, type=_Sealed)
        kind = msgspec.json.decode(sealed.manifest, type=_Kind)
        proof = bytes.fromhex(sealed.proof)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError):
        raise damaged("no manifest") from None
    if kind.format != FORMAT or len(proof) != PROOF_BYTES:
        raise damaged("no manifest")
    if kind.store_id != keys.store_id:
        raise ForeignError
    if kind.version > VERSION:
        raise NewerFormatError
    keys.verify(bytes(sealed.manifest), proof=proof, note=sealed.note)
    try:
        manifest = msgspec.json.decode(sealed.manifest, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise damaged("no manifest") from None
    _check_sense(manifest, keys)
    return manifest


def read_unproven(content: bytes) -> Manifest:
    """What a manifest says of itself, without a key: nobody knows whether we made it. IntegrityError(SEALED_DAMAGED),
    NewerFormatError.
    """
    try:
        sealed = msgspec.json.decode(content, type=_Sealed)
        kind = msgspec.json.decode(sealed.manifest, type=_Kind)
        if kind.format == FORMAT and kind.version > VERSION:
            raise NewerFormatError
        manifest = msgspec.json.decode(sealed.manifest, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError):
        raise damaged("no manifest") from None
    if manifest.format != FORMAT:
        raise damaged("no manifest")
    return manifest


def damaged(what: str) -> IntegrityError:
    """The error for a manifest that is none."""
    return IntegrityError(CryptoErrorCode.SEALED_DAMAGED, what)


def _check_sense(manifest: Manifest, keys: BackupKeys) -> None:
    """What we sign is right; this keeps a fault of ours from writing outside a state."""
    paths = [file.path for file in manifest.files]
    if len(set(paths)) != len(paths) or not {ARCHIVE, HEADS} <= set(paths):
        raise damaged("files of the manifest")
    for file in manifest.files:
        is_whole = file.path == ARCHIVE or sum(piece.size_bytes for piece in file.pieces) == file.size_bytes
        if not _PATH.fullmatch(file.path) or not is_whole:
            raise damaged("a file of the manifest")
    if any(keys.name_of(bytes.fromhex(piece.sha256)) != name for name, piece in manifest.pieces().items()):
        raise damaged("a piece of the manifest")
