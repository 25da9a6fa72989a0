"""What a person at the desk may have a phone do, and whether it did.

Nothing here is reported as done because it was sent: each verb reads back from the phone afterwards.

Reading order:
- what can be asked: `orders`; what the phone is, asked first: `facts`; what it can, and what a person does by hand
  instead: `feasibility`
- the door: `carry`; how an order ended: `result`, `codes`, `endings`; how a verb talks to a phone: `trail`, `answers`
- the verbs: `locking` on `lock_state` and `owning`, `pins` on `lock_words`, `losing`, `ringing` on `loudness`,
  `notices`, `rebooting`, `freezing`, `keeping`, `calling`, `wipe` on `wipe_imprint`
- what phones print: `keyguard`, `owner_print`, `package_print`, `audio_print`
"""
