"""What people may ask of the shop about their records, and the papers it keeps about its archive (R8-R11, R19).

Reading order:
- requests: `desk` (`views`) of a `subject`, in time by `due`; how far one reaches: `reach`; done by `copies`, `erasing`
- what readers see: `guard` gives out a `sight` by role, with the `people` the archive knows, kept in a `register`
- the employee's own view: `me`, with `looks`
- papers: `documents_desk` on `papers`, `assessment`, `notices`; what the doctor reminds of: `reminders`
"""
