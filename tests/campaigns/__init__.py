"""Campaigns against the vault: kills, power cuts, full and failing disks, old pages, flipped bits, clocks.

`make faults ARGS="kills --points 2000"`; docs/faults.md says what each promises.
"""
