"""A Debian package written byte for byte the same from the same files: ar with two gzipped tars (deb(5))."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file or a link of the package, owned by root."""

    path: PurePosixPath
    """Absolute, as installed."""
    source: Path | bytes | None = None
    """None: a link."""
    link: str | None = None
    mode: int = 0o644

    def content(self) -> bytes:
        """Of a file."""
        return self.source.read_bytes() if isinstance(self.source, Path) else self.source or b""


def write_deb(
    target: Path, *, control: dict[str, bytes], entries: Iterable[Entry], epoch_s: int, level: int = 9
) -> None:
    """`control`: `control`, `postinst` and the like; `md5sums` is made here. Every time in it is `epoch_s`."""
    entries = sorted(entries, key=lambda entry: entry.path)
    sums = "".join(
        f"{hashlib.md5(entry.content(), usedforsecurity=False).hexdigest()}  {_relative(entry.path)}\n"
        for entry in entries
        if entry.link is None
    )
    inside = [
        Entry(path=PurePosixPath("/", name), source=content, mode=0o644 if name in ("control", "md5sums") else 0o755)
        for name, content in sorted({**control, "md5sums": sums.encode()}.items())
    ]
    members = (
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", _tar(inside, epoch_s, level)),
        ("data.tar.gz", _tar(entries, epoch_s, level)),
    )
    with target.open("wb") as deb:
        deb.write(b"!<arch>\n")
        for name, content in members:
            deb.write(f"{name:<16}{epoch_s:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode("ascii"))
            deb.write(content + b"\n" * (len(content) % 2))


def _tar(entries: Sequence[Entry], epoch_s: int, level: int) -> bytes:
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=level, mtime=0, filename="") as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        for folder in _folders(entries):
            tar.addfile(_info(f"./{folder}" if folder else "./", 0o755, epoch_s, tarfile.DIRTYPE))
        for entry in entries:
            info = _info(f"./{_relative(entry.path)}", entry.mode, epoch_s, tarfile.REGTYPE)
            if entry.link is not None:
                info.type, info.linkname, info.mode = tarfile.SYMTYPE, entry.link, 0o777
                tar.addfile(info)
                continue
            content = entry.content()
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def _info(name: str, mode: int, epoch_s: int, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.mode, info.mtime, info.type = mode, epoch_s, kind
    info.uname = info.gname = "root"
    return info


def _folders(entries: Iterable[Entry]) -> list[str]:
    """Every folder of every entry, outer ones first."""
    found = {folder for entry in entries for folder in PurePosixPath(_relative(entry.path)).parents}
    return sorted("" if str(folder) == "." else str(folder) for folder in found)


def _relative(path: PurePosixPath) -> str:
    return str(path.relative_to("/"))
