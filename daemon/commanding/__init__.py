"""Commands to phones, top-down: who asks for what (`orders`), what a verb is like (`verbs`), the life of a command
(`states`), the queue of a phone (`queue`) and of many (`batches`), what carries a command out (`carriers`, `runner`),
and what the API asks (`desk`). `ports` has what other rooms give and take.
"""
