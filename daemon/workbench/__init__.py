"""The rules' work-bench behind the API: which rules are in force, why a text is found, what a candidate set would find.

Reading order: `desk` → `words` (explanations in words), `trials` (one at a time) → `window` (messages of the archive) →
`tally` (what two rule sets find in them) → `report` (as it goes out).
Where the rules come from: `rule_state`.
"""
