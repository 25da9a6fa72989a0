"""Commands to phones, from who asks to what the phone said.

Reading order:
- who asks for what: `orders`; what a verb is like: `verbs`; the life of a command: `states`
- what waits for each phone: `waiting` → `queue`; what other parts of the daemon give and take: `ports`
- carrying out: `runner` → `carriers` → `making` (the order that a phone understands) with `phone_words`, `callees` and
  `known_facts`
- for the API: `desk` with `previews` and `outlook` (what a phone can be told), shown by `views`
"""
