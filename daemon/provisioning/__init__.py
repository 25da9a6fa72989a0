"""Many phones brought into service from one plan: looked at, changed where they differ, read back.

Reading order:
- which phone is which line of the plan: `matching`
- one phone: `work` (what a step sees and says), the steps in their order: `enrol_step`, `settings_step`,
  `notice_step`, `apps_step`, `pin_step` (both by `orders`), `places_steps`, `checks_step`; one after
  the other: `bringing`, a place for each phone at work: `slots`
- a run: `records` (what is kept), `live_run`, `provisioner` over the phones of `fleet_phones`
- the employee reads the notice: `acknowledgements`, `statements` (what is signed)
- for the API: `desk`, `views`
"""
