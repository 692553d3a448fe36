"""Removal of stripes beside algotom, its authors' own package: seconds of one thread for one sinogram."""

import time

import numba
import numpy as np

import voltome as vt

VIEWS, COLUMNS, REPEATS = 1801, 1024, 3


def main(arguments: list[str]) -> None:
    if arguments:
        raise SystemExit(f"unknown arguments: {' '.join(arguments)}")
    from algotom.prep import removal

    p = vt.projections
    pairs = (
        (p.remove_stripes_by_sorting, removal.remove_stripe_based_sorting),
        (p.remove_stripes_by_filtering, removal.remove_stripe_based_filtering),
        (p.remove_stripes_by_fitting, removal.remove_stripe_based_fitting),
        (p.remove_stripes_by_wavelets, removal.remove_stripe_based_wavelet_fft),
        (p.remove_large_stripes, removal.remove_large_stripe),
        (p.remove_dead_stripes, lambda sinogram: removal.remove_dead_stripe(sinogram, residual=False)),
        (p.remove_all_stripes, removal.remove_all_stripe),
    )
    values = np.random.default_rng(1).random((VIEWS, 1, COLUMNS)).astype(np.float32)
    scan = vt.data.Projections(
        values,
        angles_deg=np.linspace(0, 180, VIEWS),
        geometry=vt.data.ParallelBeam(1.0),
        kind="transmission",
    )
    numba.set_num_threads(1)
    print(f"{VIEWS} views x {COLUMNS} columns of noise, processor seconds, the middle of {REPEATS}")
    for ours, theirs in pairs:
        ours(scan)  # compiled before it is timed
        times = sorted(_pair(lambda f=ours: f(scan), lambda f=theirs: f(values[:, 0])) for _ in range(REPEATS))
        ratio, mine, other = times[REPEATS // 2]
        print(f"{ours.__name__:30s} voltome {mine:6.2f} s  algotom {other:6.2f} s  ratio {ratio:5.1f}")


def _pair(ours, theirs) -> tuple[float, float, float]:
    mine, other = _seconds(ours), _seconds(theirs)
    return other / mine, mine, other


def _seconds(call) -> float:
    begin = time.process_time()
    call()
    return time.process_time() - begin
