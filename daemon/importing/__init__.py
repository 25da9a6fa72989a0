"""Files that the shop lawfully holds, into the archive of an enrolled phone: backups, call lists, recordings.

Reading order:
- what a file is and what is found in it: `files`, `kinds` → `found`
- readers, all of them generators over pieces of bytes: `backup_xml` (`xml_mending`, `backup_rows`), `csv_rows`
  (`csv_words`, `csv_times`), `recording_file`
- one file's way: `importer` with `probes` (is it here already?), counted by `tally`
- ways in: `desk` with `spool` (the API), `inbox` with `inbox_files` (a folder)
"""
