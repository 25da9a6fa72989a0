"""Alerts to people who are not at the console: group robots, e-mail, webhooks. `docs/delivery.md` is for operators.

An alert is put into a message of each channel that wants it before the outbox forgets it (`office`, `routing`); the
channel's own lane sends it when it is due, and again until the other end took it or it is too old. What is sent was
masked by the one door, and says no more than what kind of detail stood there.

Reading order: `sections`, `checking`, `calendar`, `routing`, `answers`, `addresses`, `plugins`, `courier`, `outgoing`,
`wording`, `lane`, `office`, `reporting`, `desk`
"""
