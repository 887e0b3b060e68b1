"""Benchmarks: ratios and rates measured side by side in one run, never timed unit tests."""
