"""Reading case files; the fields are told in shared/cases/README.md."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared" / "cases"
COPIES = REPOSITORY / "tests" / "data" / "cases"
MATCHING = ("ac_semantics", "go_node_java_dfa", "houbb_sensitive_word", "issue_reports", "toolgood_words")
ASKED = (
    "any_rule_formats",
    "cn_pii_anonymization",
    "id_validators",
    "libphonenumber_cn",
    "mask_formats",
    "opencc_t2s",
    "recognizers_text",
    "spoken_digits_itn",
)
Json = None | bool | int | str | list["Json"] | Mapping[str, "Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case of a file that is asked."""

    id: str
    file: str
    feature: str
    text: str
    expected: Json


def has_shared() -> bool:
    """Whether all files are there; a clean clone has copies of two of those about matching."""
    return SHARED.is_dir()


def rows(file: str) -> Iterator[Mapping[str, Json]]:
    """The rows of one file, of the shared folder or of the copies; none when it is in neither."""
    path = (SHARED if has_shared() else COPIES) / f"{file}.jsonl"
    if path.is_file():
        for line in path.read_text("utf-8").splitlines():
            yield json.loads(line)


def cases(file: str) -> Iterator[Case]:
    """The cases of one of `ASKED`."""
    for row in rows(file):
        yield Case(
            id=str(row["id"]), file=file, feature=str(row["feature"]), text=str(row["text"]), expected=row["expected"]
        )


def expected_surfaces(case: Case) -> list[str]:
    """What a case of spans wants found."""
    assert isinstance(case.expected, list)
    return [str(span["surface"]) for span in case.expected if isinstance(span, Mapping)]
