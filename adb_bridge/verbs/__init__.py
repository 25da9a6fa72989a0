"""What a person at the desk may have a phone do, and whether it did.

Reading order: `orders` (what can be asked), `facts` (what the phone is, asked first), `feasibility` (what it can, and
what a person must do by hand instead), `carry` (the door), `result` and `codes` (how it ended), `trail` (how a verb
talks to the phone), then a file for each verb.

Nothing here is reported as done because it was sent: each verb reads back from the phone afterwards.
"""
