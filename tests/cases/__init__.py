"""The public cases of `shared/cases` asked of this program: how each is asked, and why some are answered otherwise.

`files` reads them, `asking` asks the ones about contact details, masks, scripts and numerals, `decisions` knows the
differences (`decisions.toml`), `page` writes docs/cases.md. Cases about matching words are run by
tests/contract/test_policies_cases.py under the profiles of tests/unit/case_profiles.py.
"""
