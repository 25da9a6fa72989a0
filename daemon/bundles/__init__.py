"""Signed bundles that people without our software can read and check: the writer, and two checkers.

Reading order:
- what one is made of: `parts`; from the archive: `archive_source`
- the making: `writer` in `passes` into a `zip_stream`; proofs: `ledger_path`; what can end it: `errors`
- forms of a record: `lines` (JSON lines, table, proofs), `committed` (what it committed to), `pages` (HTML),
  `media_names`; files that are the same in every bundle: `static_files` with `files/` and `catalog/`
- checked: `checker/` is the script inside, for Python 3.8 alone; `verification` is ours, with `opened` and `shown`
"""
