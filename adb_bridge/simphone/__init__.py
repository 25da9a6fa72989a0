"""A simulated Android phone that the real adb server connects to, for demos, trainings, tests and policy trials."""
