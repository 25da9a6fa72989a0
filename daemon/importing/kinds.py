"""What a file is: found out by its content, by its name only where a recording is one."""

import re
from dataclasses import dataclass
from typing import Final

from adb_bridge.recordings.names import content_type_of

from ..api.importing import ImportKind
from .csv_rows import CsvPlan, plan_of
from .files import Survey
from .xml_mending import xml_encoding

PROVENANCE: Final = {
    ImportKind.SMS_XML: "sms-backup-xml",
    ImportKind.CALLS_XML: "calls-backup-xml",
    ImportKind.CSV_CALLS: "csv-calls",
    ImportKind.CSV_MESSAGES: "csv-messages",
    ImportKind.RECORDINGS: "recording",
}
"""Before the colon and the file's SHA-256 in a record's provenance."""
_ROOT: Final = re.compile(r"<\s*(smses|calls)[\s/>]")
_MARKUP: Final = re.compile(r"\s*<")
_XML: Final = frozenset({ImportKind.SMS_XML, ImportKind.CALLS_XML})
_CSV: Final = frozenset({ImportKind.CSV_CALLS, ImportKind.CSV_MESSAGES})


class UnknownFormatError(Exception):
    """The file is none of the kinds, or not the one that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """How a file is to be read."""

    kind: ImportKind
    encoding: str = ""
    """Of XML."""
    csv: CsvPlan | None = None


def plan_file(survey: Survey, name: str, asked: ImportKind) -> FilePlan:
    """The kind that a file is, and how to read it.

    Raises:
        UnknownFormatError: as its text says.
    """
    if asked in {ImportKind.AUTO, ImportKind.RECORDINGS} and content_type_of(name) is not None:
        return FilePlan(kind=ImportKind.RECORDINGS)
    encoding = xml_encoding(survey.head)
    text = survey.head.decode(encoding, "replace").lstrip("\ufeff")
    if _MARKUP.match(text):
        root = _ROOT.search(text)
        kind = ImportKind.AUTO if root is None else _KIND_OF_ROOT[root[1]]
        if kind is ImportKind.AUTO or asked not in {ImportKind.AUTO, kind}:
            raise UnknownFormatError
        return FilePlan(kind=kind, encoding=encoding)
    plan = plan_of(survey.head, is_utf8=survey.is_utf8)
    if plan is None or asked not in {ImportKind.AUTO, *_CSV}:
        raise UnknownFormatError
    kind = ImportKind.CSV_MESSAGES if plan.has_messages else ImportKind.CSV_CALLS
    if asked is ImportKind.CSV_MESSAGES and kind is not asked:
        raise UnknownFormatError  # there is no column of texts
    return FilePlan(kind=kind if asked is ImportKind.AUTO else asked, csv=plan)


_KIND_OF_ROOT: Final = {"smses": ImportKind.SMS_XML, "calls": ImportKind.CALLS_XML}
