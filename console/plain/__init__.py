"""The console in plain lines: no cursor is moved and nothing is drawn, so that screen readers can follow.

Reading order: `commands` (what was typed) → `lines` (a phone, an alert, a record as a sentence) → `loop`.
"""
