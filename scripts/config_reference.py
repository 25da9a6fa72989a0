"""Writes docs/config.md and docs/config.schema.json from the types: `python -m scripts.config_reference [--check]`."""

import sys
from pathlib import Path

from daemon.api.texts import Language
from daemon.cli.config_reference import markdown
from daemon.config_reference import config_keys, json_schema

DOCS = Path(__file__).parents[1] / "docs"
_HEAD = """\
# Configuration

Every key of `shopwarden.toml`, written by `python -m scripts.config_reference` from the types that read it. The same
from an installed program: `shopwardend config-reference [--lang zh] [--json | --schema]`. `NAME` stands for a name
of the shop's own. Unknown keys are refused. How the file is found and checked: [operations.md](operations.md).

"""


def files() -> dict[Path, str]:
    """What has to stand in each."""
    table = "\n".join(markdown(config_keys(), (Language.EN, Language.ZH)))
    return {DOCS / "config.md": f"{_HEAD}{table.rstrip()}\n", DOCS / "config.schema.json": json_schema().decode()}


def main() -> int:
    """Write them, or with `--check` tell which differs."""
    status = 0
    for path, wanted in files().items():
        if path.exists() and path.read_text("utf-8") == wanted:
            continue
        if "--check" in sys.argv[1:]:
            sys.stderr.write(f"{path.name}: run python -m scripts.config_reference\n")
            status = 1
        else:
            path.write_text(wanted, "utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
