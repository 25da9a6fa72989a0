"""Evidence that leaves the box: proofs of single records, witnessed heads, and looking after what is kept.

Reading order:
- a proof: `proof_file` (`proof_fields`) → `proof_check` (`proof_problems`), made by `proof_desk`
- heads outside: `heads_desk` (`typed_heads`); the head office's side: `cosigner`
- while the daemon runs: `keeper` → `closing`; everything at once: `whole_check`
"""
