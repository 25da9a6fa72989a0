"""What rule files are refused for, in words of the reader's language.

`policies/` complains in English, as its exceptions do; people who write rules read it here.
What has no form stays as it is.
"""

import re
from typing import Final

from .api.texts import Language, Texts

FORMS: Final = (
    ("nearest", r" \(did you mean '(?P<nearest>[^']*)'\?\)"),
    ("rule", r" \(rule (?P<rule>[\w.-]+)\)"),
    ("more_failures", r" \(and (?P<count>\d+) more\)"),
    ("id", r"letters, digits, '\.', '_' and '-', at most 100"),
    ("many_words", r"more than (?P<count>\d+) words"),
    ("many_files", r"more than (?P<count>\d+) files"),
    ("many_forms", r"more than (?P<count>\d+) forms"),
    ("missing", r"missing in \[(?P<table>\w+)\]"),
    ("unknown_key", r"unknown key in \[(?P<table>\w+)\]"),
    ("texts", r"must be a list of texts, none of them empty"),
    ("list", r"must be a list"),
    ("table", r"must be a table"),
    ("text", r"must be a text"),
    ("flag", r"must be true or false"),
    ("span", r"must be \[start, end\]"),
    ("braces", r"must not hold any of \{ \} \| \?"),
    ("range", r"must be a whole number from (?P<low>\d+) to (?P<high>\d+)"),
    ("choice", r"must be one of (?P<names>[\w-]+(?:, [\w-]+)*)"),
    ("expression", r"no regular expression: "),
    ("utf8", r"not UTF-8 text"),
    ("toml_line", r"(?:^|(?<=: ))(?P<detail>[A-Z][^\n]*?) \(at line (?P<line>\d+), column (?P<column>\d+)\)"),
    ("toml_end", r"(?:^|(?<=: ))(?P<detail>[A-Z][^\n:]*?) \(at end of document\)"),
    ("no_source", r"no such rule file, folder or pack"),
    ("no_pack", r"no such pack"),
    ("no_pack_named", r"no pack '(?P<name>[^']*)'"),
    ("extends_itself", r"'(?P<name>[^']*)' would extend itself"),
    ("no_files", r"no \*\.toml files in it"),
    ("large", r"larger than (?P<count>\d+) bytes"),
    ("unreadable", r"cannot be read: "),
    ("brace_open", r"'(?P<word>[^\n]*?)': a \{ without its \}"),
    ("no_alias", r"'(?P<word>[^\n]*?)': no alias named '(?P<name>[^']*)'"),
    ("question_mark", r"'(?P<word>[^\n]*?)': a \? with nothing before it"),
    ("unclosed", r"'(?P<word>[^\n]*?)': no (?P<close>[\])]) for the (?P<open>[\[(])"),
    ("empty_choice", r"'(?P<word>[^\n]*?)': nothing between (?P<open>[\[(]) and (?P<close>[\])])"),
    ("folds_to_nothing", r"'(?P<word>[^\n]*?)' folds to nothing"),
    ("single", r"'(?P<word>[^\n]*?)' folds to a single character; allow_single = true accepts that"),
    ("nothing_fixed", r"'(?P<word>[^\n]*?)' has no fixed character"),
    ("no_detector", r"no detector '(?P<name>[^']*)'"),
    ("twice", r"'(?P<name>[^']*)' is already defined in (?P<place>\S[^\n;]*)"),
    ("sample_silent", r"'(?P<text>[^\n]*?)' should hit, but does not"),
    ("sample_loud", r"'(?P<text>[^\n]*?)' should not hit, but does: "),
    ("sample_span", r"'(?P<text>[^\n]*?)' should hit (?P<wanted>\[\d+, \d+\]), but hits "),
    ("sample_how", r"'(?P<text>[^\n]*?)' should be found as (?P<wanted>\w+), but is as "),
    ("sample_severity", r"'(?P<text>[^\n]*?)' should be (?P<wanted>\w+), but is (?P<found>\w+)"),
)
"""Keys of `rule_reason`, with what they are told for; the longer of two that begin alike comes first."""
_COMPILED: Final = tuple((f"rule_reason.{key}", re.compile(form)) for key, form in FORMS)
MOST_TRANSLATED: Final = 4_000
"""Code points; what is longer is told as it is."""


def reason_in_words(reason: str, texts: Texts) -> str:
    """`str(RuleError)`, or a part of it, as people read it."""
    if texts.language is Language.EN or len(reason) > MOST_TRANSLATED:
        return reason
    for key, form in _COMPILED:
        reason = form.sub(lambda found, key=key: texts.get(key, **found.groupdict()), reason)  # type: ignore[misc]
    return reason
