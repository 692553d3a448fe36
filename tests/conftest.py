"""Settings that all tests share."""

from hypothesis import settings

# the same examples on every machine and every run; a slow first example (a kernel being compiled) is no fault
settings.register_profile("voltome", derandomize=True, deadline=None)
settings.load_profile("voltome")

# what tests share is imported by its own name; collected as well, it would be loaded twice, its nouns with it
collect_ignore = ["_support"]
