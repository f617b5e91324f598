"""Waiting for something to become true, with a deadline by the machine's own clock."""

import time


def until(condition, seconds=20.0, what="the condition"):
    """Asks again and again until `condition()` gives something true, and gives that. Fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come about within {seconds:g} seconds")
        time.sleep(0.05)
