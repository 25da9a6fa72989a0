"""One collector a source: asks a phone what is new and yields `CollectedBatch`es."""
