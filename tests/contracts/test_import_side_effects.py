"""`import voltome` is free: it loads nothing heavy and changes nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from house import lazy_rooms

PROBE = """
import json, logging, os, sys, warnings
# the interpreter's own start (.pth files of other packages) does not count: what is there now was there before
before = set(sys.modules)
environment, filters = dict(os.environ), list(warnings.filters)
handlers, level, search_path = list(logging.getLogger().handlers), logging.getLogger().level, list(sys.path)
hooks = sys.excepthook, sys.displayhook, sys.getrecursionlimit()

import voltome

loaded = {name.partition(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
print(json.dumps({
    "loaded": sorted(loaded),
    "rooms loaded": sorted(name for name in sys.modules if name.startswith("voltome.")),
    "environment": dict(os.environ) == environment,
    "warning filters": list(warnings.filters) == filters,
    "log handlers": list(logging.getLogger().handlers) == handlers,
    "loggers of voltome": [name for name in logging.root.manager.loggerDict if name.startswith("voltome")],
    "log level": logging.getLogger().level == level,
    "search path": list(sys.path) == search_path,
    "hooks": (sys.excepthook, sys.displayhook, sys.getrecursionlimit()) == hooks,
}))
"""


def run(source: str) -> str:
    """Return what `source` prints in a fresh interpreter."""
    return subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True).stdout


def test_importing_voltome_loads_no_third_party_module_but_lazy_loader_and_changes_nothing() -> None:
    assert json.loads(run(PROBE)) == {
        "loaded": ["lazy_loader", "voltome"],
        "rooms loaded": [],
        "environment": True,
        "warning filters": True,
        "log handlers": True,
        "loggers of voltome": [],
        "log level": True,
        "search path": True,
        "hooks": True,
    }


def test_errors_and_runtime_load_no_third_party_module() -> None:
    source = (
        "import sys; before = set(sys.modules); import voltome.errors, voltome.runtime; "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new - set(sys.stdlib_module_names)))"
    )
    assert run(source).strip() == "['lazy_loader', 'voltome']"


@pytest.mark.parametrize("room", lazy_rooms())
def test_a_room_loads_without_loading_another_thing(room: str) -> None:
    source = (
        f"import sys; before = set(sys.modules); import voltome; voltome.{room}; "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new - set(sys.stdlib_module_names)))"
    )
    assert run(source).strip() == "['lazy_loader', 'voltome']"


EVERYTHING = """
import logging, os, sys, warnings
import numpy
environment, filters, state = dict(os.environ), list(warnings.filters), numpy.geterr()
handlers, numbers = list(logging.getLogger().handlers), numpy.random.get_state()[1].tolist()
import voltome
for room in voltome.__all__:
    for name in getattr(voltome, room).__dir__():
        try:
            getattr(getattr(voltome, room), name)
        except ModuleNotFoundError as missing:  # a room that is being built
            if not str(missing.name).startswith("voltome."):
                raise
ours = [f for f in warnings.filters if f not in filters and "voltome" in str(f[3])]
changed = {key for key in set(os.environ) | set(environment) if os.environ.get(key) != environment.get(key)}
# what other packages set for themselves when they are imported is theirs
print(ours, sorted(key for key in changed if "VOLTOME" in key or "NUM_THREADS" in key),
      numpy.geterr() == state, logging.getLogger().handlers == handlers,
      [name for name, log in logging.root.manager.loggerDict.items()
       if name.startswith("voltome") and getattr(log, "handlers", [])],
      numpy.random.get_state()[1].tolist() == numbers)
"""


def test_using_every_public_name_changes_no_global_setting() -> None:
    assert run(EVERYTHING).strip() == "[] [] True True [] True"
