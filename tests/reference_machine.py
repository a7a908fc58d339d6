"""The machine that budgets in seconds are for, so that a slower or a busier one is held to the same work."""

import time

# Seconds that a loop of 5 million additions takes on it: two cores of an AMD EPYC.
REFERENCE = 0.19


def slowness() -> float:
    """How many times as long this machine takes at the moment, and never less than once."""
    begun, total = time.process_time(), 0
    for number in range(5_000_000):
        total += number
    return max(1.0, (time.process_time() - begun) / REFERENCE)
