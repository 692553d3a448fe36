"""Run one benchmark by its name: ``python -m benchmarks morphology``."""

import argparse
import importlib

from benchmarks.running import on_phantom

MORPHOLOGY = (
    "filters",
    "separation",
    "particles",
    "thickness",
    "intrusion",
    "sweep",
    "shapes",
    "interfaces",
    "subvolumes",
    "trust",
)
"""What ``morphology`` runs, on one phantom: in the order in which a study uses it."""

ON_PHANTOM = (*MORPHOLOGY, "classifier", "powder")
"""Modules with a function ``report(scene, times)``, and perhaps ``accuracy()`` on bodies of their own."""

OTHERS = (
    "iterative",
    "memory",
    "network",
    "radii_accuracy",
    "reconstruction",
    "registration_accuracy",
    "rotation_axis",
    "slabs",
    "stripes",
    "study",
    "surface_bias",
    "transport",
    "void_detection",
    "zernike_bias",
)
"""Modules with a function ``main(arguments)``."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="voltome and its peers in one run")
    parser.add_argument("name", choices=sorted(("morphology", *ON_PHANTOM, *OTHERS)), help="what to run")
    chosen, rest = parser.parse_known_args()
    if chosen.name in OTHERS:
        importlib.import_module(f"benchmarks.{chosen.name}").main(rest)
        return
    names = MORPHOLOGY if chosen.name == "morphology" else (chosen.name,)
    modules = [importlib.import_module(f"benchmarks.{name}") for name in names]
    on_phantom(chosen.name, [module.report for module in modules], rest)
    for module in modules:
        if hasattr(module, "accuracy") and chosen.name != "morphology":
            module.accuracy()


if __name__ == "__main__":
    main()
