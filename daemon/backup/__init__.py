"""Backups: pieces of sealed files stored once, a proved and signed list of them for each snapshot, restore and drill.

Reading order:
- what is copied, and how the archive's file holds still for it: `contents` (`waiting`), `still_archive`
- the medium: `medium` (files on FAT and mounts), `pieces`, `pages` (of the archive), `manifest`, `erased`, `place`;
  refusals in `errors`
- a run: `maker`, told by `progress`, with `keys`
- back from it: `checking` → `staging` → `rebuilding` (`orphans`, `sealed_files`) → `restoring`, and `drill`
- in the daemon: `work`, `jobs`, `rounds`, `desk` with `views`, put together in `office`
"""
