"""What bringing a phone into service reads and writes on it: settings of an allow list, its access point, its folders,
and what only a person can do there.

Reading order: `settings` (the allow list, reading, writing), `places` (access point, folders), `checklist`,
`reading` (the notice for whom the phone is handed to).
"""
