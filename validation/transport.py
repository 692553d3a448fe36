"""The same image through TauFactor and PoreSpy, with the ends where each has them; networks through OpenPNM.

Effective diffusivities must agree within 0.05 % of those of the peers, converged further than by default. What OpenPNM
must find is in ``test_openpnm.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.transport import Space, blobs, own, porespy, spheres, taufactor

LARGEST_DIFFERENCE = 5e-4
EDGE = 48
OPENPNM = Path(__file__).with_name("test_openpnm.py")


def agrees() -> bool:
    """Print a table, and return whether all agree."""
    print("| image | ends | voltome | peer | D of the peer | difference |\n|---|---|---|---|---|---|")
    images: dict[str, Space] = {"blobs": blobs(EDGE), "spheres": spheres(EDGE)}
    differences = []
    for name, space in images.items():
        face, ends = (own(space, boundary=boundary, tolerance=1e-6) for boundary in ("face", "voxel"))
        for where, mine, peer, theirs in (
            ("on faces", face, "TauFactor", taufactor(space, 1e-4)),
            ("in voxels", ends, "PoreSpy", porespy(space, 1e-4)),
        ):
            differences.append(abs(mine / theirs - 1))
            print(f"| {name} | {where} | {mine:.6f} | {peer} | {theirs:.6f} | {differences[-1]:.1e} |")
    agreed = max(differences) < LARGEST_DIFFERENCE
    print(f"\nlargest difference {max(differences):.1e}: {'agreed' if agreed else 'they disagree'}")
    print("\nnetworks, by OpenPNM:", flush=True)
    return (pytest.main(["-q", "-p", "no:cacheprovider", str(OPENPNM)]) == pytest.ExitCode.OK) and agreed
