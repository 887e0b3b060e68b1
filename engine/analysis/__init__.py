"""Questions about every ledger that could be: what the norms allow to happen, each finding with a dated history."""
