"""Run one benchmark by its name: ``python -m benchmarks morphology``."""

import argparse
import importlib

BENCHMARKS = {
    "filters": "benchmarks.filters",
    "morphology": "benchmarks.morphology",
    "registration_accuracy": "benchmarks.registration_accuracy",
    "separation": "benchmarks.separation",
    "study": "benchmarks.study",
    "surface_bias": "benchmarks.surface_bias",
    "thickness": "benchmarks.thickness",
}
"""Name -> module with a function ``main(arguments)``."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="voltome and its peers in one run")
    parser.add_argument("name", choices=sorted(BENCHMARKS), help="what to run")
    chosen, rest = parser.parse_known_args()
    importlib.import_module(BENCHMARKS[chosen.name]).main(rest)


if __name__ == "__main__":
    main()
