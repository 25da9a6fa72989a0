"""Everything that scripts write from the parsers and bindings, at once: `python -m scripts.generated [--check]`."""

import sys

from . import cheat_sheet, completions, config_reference, readme_help, role_tables


def main() -> int:
    """All of them; 1 when `--check` finds one that is not up to date."""
    return max(part.main() for part in (completions, readme_help, cheat_sheet, config_reference, role_tables))


if __name__ == "__main__":
    sys.exit(main())
