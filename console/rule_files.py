"""A candidate rule set as it is sent to the daemon: the names and texts of its files, or the name of a pack."""

from pathlib import Path

from daemon.api.policy import MOST_FILES, RuleFile

MAX_BYTES = 800_000
"""Of all files together."""


class RuleFilesError(Exception):
    """What was named cannot be read; `key` is the end of its text's key, `name` the file or folder."""

    def __init__(self, key: str, name: str) -> None:
        super().__init__(key)
        self.key = key
        self.name = name


def read_rules(source: str) -> tuple[tuple[str, ...], tuple[RuleFile, ...]]:
    """(packs, files) of a folder of `*.toml`, of one such file, or of a pack by its name. Raises RuleFilesError."""
    path = Path(source).expanduser()
    if not path.exists():
        if "/" in source or source.endswith(".toml"):
            raise RuleFilesError("missing", source)
        return (source,), ()
    root = path if path.is_dir() else path.parent
    found = [path] if path.is_file() else sorted(path.rglob("*.toml"))
    files = [file for file in found if not any(part.startswith(".") for part in file.relative_to(root).parts)]
    if not files:
        raise RuleFilesError("none", source)
    if len(files) > MOST_FILES:
        raise RuleFilesError("too_many", source)
    read: list[RuleFile] = []
    left = MAX_BYTES
    for file in files:
        try:
            left -= file.stat().st_size
            if left < 0:
                raise RuleFilesError("too_large", source)
            text = file.read_text("utf-8-sig")
        except OSError as error:
            raise RuleFilesError("unreadable", str(file)) from error
        except UnicodeDecodeError as error:
            raise RuleFilesError("not_utf8", str(file)) from error
        read.append(RuleFile(name=file.relative_to(root).as_posix(), text=text))
    return (), tuple(read)
