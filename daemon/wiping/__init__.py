"""Erasing a phone for good, by two people, and never by half.

Reading order: `story` (what is on the disk of a wipe), `carrier` (what carries it out and goes on after any
interruption) on `screen_lock` (the PIN goes, and comes back), `certificate` (what was done), `erasing` (phones that are
not to be collected from), `closing` (what follows), `outlook` (whether a phone can be wiped), `desk` (for the API);
put together by `office`.
"""
