"""Part of `verify.py`: a bundle as a folder or a zip."""

import hashlib
import os
import re
import struct
import zipfile
import zlib
from typing import Iterator, List, Set, Tuple

from .signatures import Key, to_base64, wrong

# --- in the script from here ---


FIXED = ("manifest.json", "manifest.note")
LEFT_BY_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini")
CHUNK = 1 << 20
LONGEST_LINE = 1 << 27
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}(/[a-z0-9][A-Za-z0-9.-]{0,99})?")
HEX64 = re.compile(r"[0-9a-f]{64}")
UNREADABLE = (
    OSError, zipfile.BadZipFile, zlib.error, KeyError, EOFError, RuntimeError, ValueError,
    struct.error, OverflowError, TypeError, IndexError, AttributeError,
)  # fmt: skip
"""What reading a damaged file or a changed line can raise."""


class Folder:
    """An unpacked bundle."""

    def __init__(self, path: str) -> None:
        self.path = path

    def names(self) -> List[str]:
        """Of all files, with `/`."""
        found = []
        for folder, _, files in os.walk(self.path):
            found += [os.path.relpath(os.path.join(folder, one), self.path).replace(os.sep, "/") for one in files]
        return [one for one in found if one.rpartition("/")[2] not in LEFT_BY_SYSTEMS]

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file in pieces."""
        path = os.path.join(self.path, *name.split("/"))
        if os.path.islink(path) or not os.path.isfile(path):
            raise OSError("a link, or no file")
        with open(path, "rb") as file:
            while True:
                piece = file.read(CHUNK)
                if not piece:
                    return
                yield piece


class Zip:
    """A bundle as it was handed over."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.zip = zipfile.ZipFile(path)

    def names(self) -> List[str]:
        """Of all files."""
        return self.zip.namelist()

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file in pieces."""
        with self.zip.open(name) as file:
            while True:
                piece = file.read(CHUNK)
                if not piece:
                    return
                yield piece

    def check_file(self, key: Key, bundle_id: str) -> bool:
        """The signature over the whole file; False when somebody packed the files anew."""
        comment = self.zip.comment
        size = os.path.getsize(self.path) - len(comment)
        with open(self.path, "rb") as file:
            file.seek(max(0, size - 22))
            end = file.read(22)
            if end[:4] != b"PK\x05\x06" or end[20:] != struct.pack("<H", len(comment)):
                wrong("its end was changed")
            if not comment:
                return False
            file.seek(0)
            digest = hashlib.sha256()
            while size:
                piece = file.read(min(CHUNK, size))
                if not piece:
                    wrong("its end was changed")
                digest.update(piece)
                size -= len(piece)
        wanted = "shopwarden bundle file/1\n%s\n%s\n" % (bundle_id, to_base64(digest.digest()))
        if key.text_of(comment) != wanted:
            wrong("a byte was changed")
        return True


class Report:
    """What was found."""

    def __init__(self) -> None:
        self.problems: List[Tuple[str, str]] = []
        self.named: Set[str] = set()
        self.fingerprint = ""
        self.origin = ""
        self.bundle_id = ""
        self.watermark = ""
        self.files = 0
        self.complete = 0
        self.placed = 0
        self.head_size = 0
        self.is_repacked = False

    def add(self, name: str, what: str) -> None:
        """The first thing that is wrong with a file is told."""
        if name not in self.named:
            self.named.add(name)
            self.problems.append((name, what))
