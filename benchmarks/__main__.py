"""Run one benchmark by its name: ``python -m benchmarks morphology``."""

import argparse
import importlib

BENCHMARKS = {
    "classifier": "benchmarks.classifier",
    "filters": "benchmarks.filters",
    "interfaces": "benchmarks.interfaces",
    "intrusion": "benchmarks.intrusion",
    "memory": "benchmarks.memory",
    "morphology": "benchmarks.morphology",
    "particles": "benchmarks.particles",
    "powder": "benchmarks.powder",
    "radii_accuracy": "benchmarks.radii_accuracy",
    "registration_accuracy": "benchmarks.registration_accuracy",
    "shapes": "benchmarks.shapes",
    "separation": "benchmarks.separation",
    "study": "benchmarks.study",
    "subvolumes": "benchmarks.subvolumes",
    "surface_bias": "benchmarks.surface_bias",
    "sweep": "benchmarks.sweep",
    "thickness": "benchmarks.thickness",
    "trust": "benchmarks.trust",
    "void_detection": "benchmarks.void_detection",
}
"""Name -> module with a function ``main(arguments)``."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="voltome and its peers in one run")
    parser.add_argument("name", choices=sorted(BENCHMARKS), help="what to run")
    chosen, rest = parser.parse_known_args()
    importlib.import_module(BENCHMARKS[chosen.name]).main(rest)


if __name__ == "__main__":
    main()
