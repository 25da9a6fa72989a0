"""The guided first setup: from an empty state directory to the first enrolled phone.

Reading order: `place` (what is there already) → `answers` (what is asked for) → `strength` and `zones` (what of it can
be judged at once) → `program` (the daemon's own program does the work) → `desk` (what the pages share) → `page`,
`pages_store`, `pages_key`, `pages_work`, `pages_phone` (one page a step) → `invitation` (the QR code of a phone) →
`wizard` (the app that walks through them).
"""
