"""An employee leaves: apps are suspended, collecting ends, what is theirs is handed over; undone until a wipe.

`stops` (what collecting asks), `leavings` (who drives each to its end), `told` (how it stands, from records alone),
`checklist` (what people do by hand), `desk` (what the API asks), `office` (put together).
"""
