"""Judging text: folding, matching, contact detection, masking, rules. Pure: reads rule files, nothing else."""
