"""docs/cases.md, from the cases and the decisions: `python -m tests.cases.page`."""

from collections import Counter, defaultdict

from .asking import ask, why_unasked
from .decisions import decisions
from .files import ASKED, MATCHING, REPOSITORY, Case, cases, expected_surfaces, rows

PAGE = REPOSITORY / "docs" / "cases.md"
HEAD = """# Public cases

986 cases from the tests of public projects (`shared/cases`, its README names sources and licences) are run with the
tests. This page is written by `python -m tests.cases.page`; a test compares it with what the program answers.

Cases about **matching words** run under the profile of the engine they were written for, all of them but the ones named
below, and must give exactly the spans of their source (`tests/unit/case_profiles.py`). The others are **asked** as
`tests/cases/asking.py` says; where the answer differs, the reason stands under Decisions.
"""


def page() -> str:
    """The page's text; needs the shared cases."""
    by_id: dict[str, Case] = {}
    unasked: defaultdict[str, Counter[str]] = defaultdict(Counter)
    table = ["", "| file | cases | asked | as the source | otherwise |", "|---|---|---|---|---|"]
    for file in ASKED:
        answers: Counter[bool | None] = Counter()
        for case in cases(file):
            by_id[case.id] = case
            answer = ask(case)
            answers[answer] += 1
            if answer is None:
                unasked[why_unasked(case)][file] += 1
        asked = answers[True] + answers[False]
        table.append(f"| {file} | {answers.total()} | {asked} | {answers[True]} | {answers[False]} |")
    table += [f"| {file} | {len(list(rows(file)))} | by its profiles | | |" for file in MATCHING]
    lines = [HEAD, "## Answers", *table, "", "Not asked:", ""]
    lines += [f"- {', '.join(f'{file} {n}' for file, n in files.items())}: {why}" for why, files in unasked.items()]
    lines += [
        "- toolgood_words 10: pinyin of a text or a name as output, and words found by initials (BJ, 北Ji, S 东):"
    ]
    lines += [
        "  texts are not put into pinyin here, and initials of two letters stand for too much.",
        "",
        "## Decisions",
        "",
    ]
    for decision in decisions():
        lines += [f"### {decision.title}", "", decision.why, "", "| case | text | expected |", "|---|---|---|"]
        lines += [_row(by_id[name]) for name in decision.cases]
        lines.append("")
    return "\n".join(lines)


def _row(case: Case) -> str:
    match case.expected:
        case bool():
            wanted = "valid" if case.expected else "not valid"
        case list():
            wanted = ", ".join(expected_surfaces(case)) or "nothing"
        case _:
            wanted = str(case.expected)
    return f"| {case.id} {case.feature} | {_cell(case.text)} | {_cell(wanted)} |"


def _cell(text: str) -> str:
    short = text if len(text) <= 60 else f"{text[:60]}…"
    return "`" + short.replace("|", "\\|").replace("`", "'") + "`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
