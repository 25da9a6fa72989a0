"""What scripts write from the parsers and bindings is up to date; a real bash completes with its script."""

import subprocess

import pytest

from console.cli.completion import FILES, SCRIPTS
from scripts.cheat_sheet import SHEETS, sheet
from scripts.completions import script
from scripts.readme_help import READMES, with_block

_ASK = """
source "$1"; shift
shopwarden() { case "$*" in *"completion devices"*) echo SIM0001LIN; echo SIM0002ZHOU ;; esac; }
ask() { COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _shopwarden "$1"; echo "${COMPREPLY[*]}"; }
while IFS= read -r line; do eval "ask $line"; done
"""


@pytest.mark.parametrize("shell", FILES)
def test_the_scripts_are_what_the_parsers_say(shell: str) -> None:
    kept = (SCRIPTS / FILES[shell]).read_text(encoding="utf-8")
    assert kept == script(shell), "run python -m scripts.completions"


def test_bash_completes_subcommands_actions_options_values_and_what_the_daemon_knows() -> None:
    lines = {
        "shopwarden al": {"alerts"},
        "shopwarden alerts re": {"resolve", "reopen"},
        "shopwarden --lang ": {"en", "zh"},
        "shopwarden --lang zh alerts list --sev": {"--severity"},
        "shopwarden alerts list --severity hi": {"high"},
        "shopwarden --state /x lock SIM0001": {"SIM0001LIN"},
        "shopwarden alerts list --device ''": {"SIM0001LIN", "SIM0002ZHOU"},
        "shopwarden figures ''": {"alerts", "replies", "battery"},
        "shopwarden --lang = z": {"zh"},
        "shopwarden policy st": {"state"},
        "shopwarden policy ch": {"check"},
        "shopwardend web-acc": {"web-account"},
    }
    found = subprocess.run(
        ["bash", "--norc", "-c", _ASK, "bash", str(SCRIPTS / FILES["bash"])],
        input="\n".join(line if not line.endswith(" ") else line + "''" for line in lines) + "\n",
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    assert found.stderr == ""
    told = [set(line.split()) for line in found.stdout.splitlines()]
    assert dict(zip(lines, told, strict=True)) == lines


@pytest.mark.parametrize("language", READMES)
def test_the_help_in_the_readme_is_what_the_programs_print(language: str) -> None:
    text = READMES[language].read_text(encoding="utf-8")
    assert with_block(text, language) == text, "run python -m scripts.readme_help"


@pytest.mark.parametrize("language", SHEETS)
def test_the_tables_of_keys_are_what_the_bindings_say(language: str) -> None:
    assert SHEETS[language].read_text(encoding="utf-8") == sheet(language), "run python -m scripts.cheat_sheet"
