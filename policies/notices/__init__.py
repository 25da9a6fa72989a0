"""What a payment notice, a bank's message and a messenger's line say: kind, amount, who. Rules are data.

Reading order: `notice` (what is read), `amounts`, `chat` (who said it, in a messenger's notification), `rules` (what a
rule file may say), `reader`. Everything read here is a hint: titles and senders can be chosen by strangers.
"""
