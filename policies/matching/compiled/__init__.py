"""The search of texts as machine code, where the extra `fast` is installed: the same hits, several times as fast.

Reading order: `known` (what it knows, as arrays) → `hashing` (and how functions are compiled) → `talk` (what honest
talk says of a place) → `weighing` (how much speaks for a word) → `page` (texts under a view) → `beginnings` (where keys
may begin) → `keys` (whether one stands there) → `parts` (of characters) → `lattice` (letters and parts) → `sift` (the
pass) → `talk_table`, `key_table` on `hashed` (its tables, `together` in memory) → `part` (candidates of what it tells,
on `placed` readings) → `searching` (all views) → `trying` (the first run).
"""
