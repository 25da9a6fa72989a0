"""Checking a bundle without daemon or key. The same as its own `verify.py`, with other code: libraries for signatures,
JSON and MessagePack, typed lines, and this program's tree.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from crypto.checkpoints import Head, verify_head
from crypto.errors import IntegrityError
from crypto.merkle import HASH_BYTES, leaf_hash
from crypto.notes import fingerprint, from_base64, verify_note
from crypto.record_seal import hiding_commitment

from .committed import Value, fields_of
from .ledger_path import Fold
from .opened import READ_ERRORS, OpenedBundle, Seal, open_bundle
from .shown import ShownRecord, contradiction
from .writer import BUNDLE_NOTE, HEAD, MANIFEST, MANIFEST_NOTE, PUBLIC_KEY

ZIP: Final = "zip"
"""The name of the file as a whole in findings."""
_MOST_BYTES: Final = 1 << 28
_LONGEST_LINE: Final = 1 << 27
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}(/[a-z0-9][A-Za-z0-9.-]{0,99})?")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")

T = TypeVar("T")


class BundleProblem(StrEnum):
    """What is wrong with a file. Texts: `bundle.problem.<value>`."""

    UNREADABLE = "unreadable"
    """It is missing, or damaged so that it cannot be read."""
    MALFORMED = "malformed"
    """Something is in it that does not belong there."""
    CHANGED = "changed"
    """Its bytes are not those that were signed."""
    NOT_OF_BUNDLE = "not_of_bundle"
    """It was put in."""
    SIGNATURE = "signature"
    """Its signature is not good, or not by the key of the bundle."""
    OTHER_KEY = "other_key"
    """It is signed with another key than the one that was expected."""
    NOT_PROVEN = "not_proven"
    """Its records are not those that the ledger holds under the signed head."""


@dataclass(slots=True, kw_only=True)
class BundleReport:
    """What was found. Names of files come from the bundle: clean them before they are shown."""

    problems: dict[str, BundleProblem] = field(default_factory=dict)
    """By file; the first of each. Empty: the bundle is good."""
    bundle_id: str = ""
    watermark: str = ""
    ledger: str = ""
    key_fingerprint: str = ""
    head_size: int = 0
    files: int = 0
    proven: int = 0
    """Records whose content is proven."""
    placed: int = 0
    """Records of which only the place is."""
    is_repacked: bool = False

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.problems

    def add(self, name: str, problem: BundleProblem) -> None:
        """Keep the first of each file."""
        self.problems.setdefault(name, problem)


class _Wrong(Exception):
    def __init__(self, problem: BundleProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class _File(msgspec.Struct, frozen=True):
    name: str
    sha256: str
    size_bytes: int


class _Manifest(msgspec.Struct, frozen=True):
    bundle_id: str
    watermark: str
    records: int
    files: tuple[_File, ...]


class _ProofLine(msgspec.Struct, frozen=True):
    """A header, a subtree, a masked record or a complete one."""

    size: int | None = None
    level: int | None = None
    number: int | None = None
    hash: str | None = None
    leaf: int | None = None
    commitment: str | None = None
    opening: str | None = None
    content: str | None = None


def verify_bundle(path: Path, expected_key: str | None = None) -> BundleReport:
    """Check everything; never raises for what a bundle holds. `expected_key`: a fingerprint, with or without blanks."""
    report = BundleReport()
    try:
        bundle = open_bundle(path)
        bundle.names()
    except READ_ERRORS:
        report.add(ZIP, BundleProblem.UNREADABLE)
        return report
    checking = _Checking(bundle, report)
    checking.run(expected_key)
    return report


class _Checking:
    def __init__(self, bundle: OpenedBundle, report: BundleReport) -> None:
        self._bundle = bundle
        self._report = report
        self._files: dict[str, _File] = {}

    def run(self, expected_key: str | None) -> None:
        report = self._report
        key = self._step(PUBLIC_KEY, lambda: _key(self._whole(PUBLIC_KEY)))
        manifest = self._step(MANIFEST, lambda: _manifest(self._whole(MANIFEST)))
        if manifest is not None:
            report.bundle_id, report.watermark = manifest.bundle_id, manifest.watermark
            self._files = {one.name: one for one in manifest.files}
            self._check_files()
        if key is None:
            return
        report.key_fingerprint, report.ledger = fingerprint(key), key.partition("+")[0]
        if expected_key is not None and _plain(expected_key) != _plain(report.key_fingerprint):
            report.add(PUBLIC_KEY, BundleProblem.OTHER_KEY)
        self._step(MANIFEST_NOTE, lambda: self._check_manifest(key))
        head = self._step(HEAD, lambda: verify_head(self._whole(HEAD).decode(), key))
        if head is not None:
            report.head_size = head.size
            is_done = self._step("proofs.jsonl", lambda: self._check_proofs(head))
            if is_done and manifest is not None and report.proven + report.placed != manifest.records:
                report.add("proofs.jsonl", BundleProblem.NOT_PROVEN)
        self._step(ZIP, lambda: self._check_seal(key))

    def _step(self, name: str, task: Callable[[], T]) -> T | None:
        try:
            return task()
        except _Wrong as wrong:
            self._report.add(name, wrong.problem)
        except IntegrityError:
            self._report.add(name, BundleProblem.SIGNATURE)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._report.add(name, BundleProblem.MALFORMED)
        except READ_ERRORS:
            self._report.add(name, BundleProblem.UNREADABLE)
        return None

    def _whole(self, name: str) -> bytes:
        content = bytearray()
        for piece in self._bundle.chunks(name):
            content += piece
            if len(content) > _MOST_BYTES:
                raise _Wrong(BundleProblem.MALFORMED)
        return bytes(content)

    def _check_files(self) -> None:
        for one in self._files.values():
            try:
                if self._sha256(one) != one.sha256:
                    self._report.add(one.name, BundleProblem.CHANGED)
            except READ_ERRORS:
                self._report.add(one.name, BundleProblem.UNREADABLE)
            self._report.files += 1
        names = self._bundle.names()
        for name in names:
            if name not in self._files and name not in {MANIFEST, MANIFEST_NOTE}:
                self._report.add(name, BundleProblem.NOT_OF_BUNDLE)
        if len(set(names)) != len(names):
            self._report.add(ZIP, BundleProblem.MALFORMED)

    def _sha256(self, file: _File) -> str:
        digest, size = hashlib.sha256(), 0
        for piece in self._bundle.chunks(file.name):
            digest.update(piece)
            size += len(piece)
            if size > file.size_bytes:
                break
        return digest.hexdigest()

    def _check_manifest(self, key: str) -> None:
        note = self._whole(MANIFEST_NOTE).decode()
        title, bundle_id, digest, *more = verify_note(note, key).split("\n")
        wanted = base64.b64encode(hashlib.sha256(self._whole(MANIFEST)).digest()).decode("ascii")
        if (title, digest, more) != (BUNDLE_NOTE, wanted, [""]):
            self._report.add(MANIFEST, BundleProblem.CHANGED)
        elif bundle_id != self._report.bundle_id:
            raise _Wrong(BundleProblem.SIGNATURE)

    def _check_seal(self, key: str) -> None:
        match self._bundle.seal(key, self._report.bundle_id):
            case Seal.BROKEN:
                raise _Wrong(BundleProblem.CHANGED)
            case seal:
                self._report.is_repacked = seal is Seal.REPACKED

    def _check_proofs(self, head: Head) -> bool:
        fold, records = Fold(), _Records(self, self._lines("records.jsonl"))
        records.header()
        proofs = map(_decode_proof, self._lines("proofs.jsonl"))
        if next(proofs, _ProofLine()).size != head.size:
            raise _Wrong(BundleProblem.NOT_PROVEN)
        for line in proofs:
            if line.hash is not None and line.level is not None and line.number is not None:
                is_here = line.level in range(63) and line.number << line.level == fold.size
                if not is_here or not fold.add(line.level, _hash(line.hash)):
                    raise _Wrong(BundleProblem.NOT_PROVEN)
                continue
            commitment, committed = self._opened(line)
            if line.leaf != fold.size or not fold.add(0, leaf_hash(commitment)):
                raise _Wrong(BundleProblem.NOT_PROVEN)
            records.check(fold.size, committed)
        if fold.size != head.size or fold.root() != head.root:
            raise _Wrong(BundleProblem.NOT_PROVEN)
        records.end()
        return True

    def _opened(self, line: _ProofLine) -> tuple[bytes, dict[str, Value] | None]:
        if line.content is not None and line.opening is not None:
            content = from_base64(line.content)
            self._report.proven += 1
            return hiding_commitment(bytes.fromhex(line.opening), content), fields_of(content)
        self._report.placed += 1
        return _hash(line.commitment or ""), None

    def _lines(self, name: str) -> Iterator[bytes]:
        held = b""
        for piece in self._bundle.chunks(name):
            *lines, held = (held + piece).split(b"\n")
            if len(held) > _LONGEST_LINE:
                raise _Wrong(BundleProblem.MALFORMED)
            yield from lines
        if held:
            raise _Wrong(BundleProblem.MALFORMED)

    def check_record(self, line: bytes | None, index: int, committed: dict[str, Value] | None) -> None:
        """A line of `records.jsonl` against what was proven of its place."""
        record = _decode_record(line or b"{}")
        if record.ledger_index != index or contradiction(record, committed):
            raise _Wrong(BundleProblem.NOT_PROVEN)
        for one in record.attachments:
            if one.file is not None and (one.file not in self._files or self._files[one.file].sha256 != one.sha256):
                raise _Wrong(BundleProblem.NOT_PROVEN)

    def step(self, name: str, task: Callable[[], T]) -> T | None:
        """Run a step; what is wrong is kept under `name`."""
        return self._step(name, task)


class _Records:
    """The lines of `records.jsonl`, beside those of the proofs."""

    def __init__(self, checking: _Checking, lines: Iterator[bytes]) -> None:
        self._checking = checking
        self._lines = lines

    def header(self) -> None:
        self._next()

    def check(self, index: int, committed: dict[str, Value] | None) -> None:
        line = self._next()
        self._checking.step("records.jsonl", lambda: self._checking.check_record(line, index, committed))

    def end(self) -> None:
        if self._next() is not None:
            self._checking.step("records.jsonl", _too_many)

    def _next(self) -> bytes | None:
        return self._checking.step("records.jsonl", lambda: next(self._lines, None))


def _too_many() -> None:
    raise _Wrong(BundleProblem.NOT_PROVEN)


_decode_proof: Final = msgspec.json.Decoder(_ProofLine).decode
_decode_record: Final = msgspec.json.Decoder(ShownRecord).decode
_decode_manifest: Final = msgspec.json.Decoder(_Manifest).decode


def _key(content: bytes) -> str:
    key = content.decode().removesuffix("\n")
    try:
        verify_note("-\n\n\N{EM DASH} - AAAAAAA=\n", key)
    except IntegrityError:
        return key
    raise _Wrong(BundleProblem.MALFORMED)


def _manifest(content: bytes) -> _Manifest:
    manifest = _decode_manifest(content)
    names = {one.name for one in manifest.files}
    is_good = all(_NAME.fullmatch(one.name) and _SHA256.fullmatch(one.sha256) for one in manifest.files)
    if not is_good or len(names) != len(manifest.files) or not content.isascii():
        raise _Wrong(BundleProblem.MALFORMED)
    return manifest


def _hash(text: str) -> bytes:
    value = bytes.fromhex(text)
    if len(value) != HASH_BYTES:
        raise _Wrong(BundleProblem.MALFORMED)
    return value


def _plain(text: str) -> str:
    return "".join(text.split()).lower()
