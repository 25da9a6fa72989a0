"""Evidence that leaves the box: proofs of single records, witnessed heads, and looking after what is kept."""
