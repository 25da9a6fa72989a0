"""What people may ask of the shop about their records, and the papers it keeps about its archive (R8-R11, R19)."""
