"""The checks on a contract, in the order in which they are shown."""

CHECKS = ()
