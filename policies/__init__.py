"""Judging text: folding, matching, contact detection, masking, rules. Pure: reads rule files, nothing else.

Reading order:
- what is asked and answered: `model`, `errors`
- how a text is read: `folding/`, `matching/`; numbers and accounts in it: `contacts/`
- what rules say: `rules/`, `packs/`; what they refer to: `custom_detectors`, `context`
- judging: `engine` → `plain` (words and nothing else), `searched` (what a search gave), `facts` (of one text),
  `window` (what was said before), `spread` (told over several messages), `judging` (contexts and severity); line by
  line: `scan`; `collecting` waits while an engine is made
- work on rules: `check`, `linter/`, `explaining/`; what notices say: `notices/`
- masking: `masking` by `mask_formats`, `pseudonyms`; what may be printed: `display`
- traditional writing: `conversions`
"""
