"""Matching in stages: fold → skip → collapse runs → search → map back → boundary, gap, allow, overlap.

Reading order:

- What is asked for: `profile` → `patterns` (classes in words) → `entries` (a word's forms, each an `entry`, ready to be
  searched; with `figures` for numerals).
- One text: `reading` (folded, with the way back) → `automaton` (the engines) → `lexicon` (all entries; one part a view)
  → `candidate` → `filters` (boundary, gaps, allow spans, overlap), with `belief` (disguise or honest talk, by
  `weighing`).
- Disguises: `disguises` brings together `soundalikes` and `lookalikes` (both on `key_index`, both telling `standing`
  words), `mixtures` (heard, but for one character that is drawn alike) and `spelling` (letters and parts), which
  `promise` keeps from texts that cannot hold any; `pictures` reads a text with emoji once more, as what they name.
  Tables of them are made by `lanes`, all numbers at once.
- Many texts: `pages` (texts as arrays) → `grams` (where keys may stand) → `batches` (what `lexicon` finds, for all).
- The same through machine code: `machine_code` (when) → `compiled` (how).
- Beside words: `detectors` (addresses, numbers). For tools and tests: `matcher` (one list of words), `collisions`
  (honest texts taken for words).
"""
