"""Every source's quality checklist names every rule, and what it calls evidence exists."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from adb_bridge.records import Source

ROOT = Path(__file__).parents[2]
QUALITY = ROOT / "adb_bridge" / "collectors" / "quality"


class Standing(msgspec.Struct, forbid_unknown_fields=True):
    """What a checklist says of a rule."""

    status: str
    evidence: tuple[str, ...] = ()
    comment: str = ""


class Checklist(msgspec.Struct, forbid_unknown_fields=True):
    """One file."""

    rules: dict[str, Standing]


def rule_names() -> set[str]:
    return set(tomllib.loads((QUALITY / "rules.toml").read_text())["rules"])


def is_there(evidence: str) -> bool:
    """`path`, or `path::name` of a test function in it."""
    path, _, name = evidence.partition("::")
    file = ROOT / path
    if not file.is_file():
        return False
    return not name or f"def {name}(" in file.read_text()


@pytest.mark.parametrize("source", list(Source))
def test_a_checklist_names_every_rule_with_evidence_or_a_reason(source: Source) -> None:
    text = (QUALITY / f"{source.value}.toml").read_text()
    checklist = msgspec.toml.decode(text, type=Checklist)
    assert set(checklist.rules) == rule_names()
    for name, standing in checklist.rules.items():
        assert standing.status in {"done", "exempt"}, name
        if standing.status == "exempt":
            assert standing.comment, f"{name}: why"
        else:
            assert standing.evidence, f"{name}: by which test"
        missing = [one for one in standing.evidence if not is_there(one)]
        assert not missing, f"{name}: {missing}"


def test_every_file_is_a_source() -> None:
    sources = {source.value for source in Source}
    assert {path.stem for path in QUALITY.glob("*.toml")} <= sources | {"rules"}
