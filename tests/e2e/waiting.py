"""Waiting for what comes to be, with a deadline."""

import time


def eventually(check, within=30, every=0.05, what=None):
    """What `check` answers once it is true; an AssertionError in it counts as not yet."""
    deadline = time.monotonic() + within
    while True:
        try:
            if found := check():
                return found
            problem = f"still {found!r}"
        except AssertionError as error:
            problem = str(error)
        if time.monotonic() > deadline:
            raise AssertionError(f"{what or 'it'} did not come within {within} s: {problem}")
        time.sleep(every)
