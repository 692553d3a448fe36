"""The steps of raw scans: projections -> cleaned, centred and joined projections."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from voltome.errors import ParameterError
from voltome.study import references
from voltome.study.step import DetectorShape, Parameters, Rows, Step

_ZINGERS = "projections._kernels_zingers"
_STRIPES = "projections._kernels_stripes"
_CENTRING = "projections._kernels_centring"


def _columns_alone(parameters: Parameters) -> int:
    """Return 0 rows beyond each end, or refuse to crop rows of which a slab has only some."""
    if tuple(parameters["rows"]) != (None, None):
        raise ParameterError(
            "crop_pixels crops rows, of which a slab has only some; expected columns alone, or a run in memory. The "
            "volume can be cropped later."
        )
    return 0


def _binned_rows(parameters: Parameters) -> int:
    """Return how many rows become one."""
    return int(parameters["rows"])


def _along_columns(parameters: Parameters) -> int:
    """Return 0 rows beyond each end, or refuse a filter across rows."""
    if parameters["along"] != "columns":
        raise ParameterError(
            f"filter_fresnel along {parameters['along']} works on all rows at once; expected along = 'columns', or a "
            f"run in memory."
        )
    return 0


def _binned(shape: DetectorShape, parameters: Parameters) -> DetectorShape:
    """Return the shape after binning."""
    rows, columns = int(parameters["rows"]), int(parameters["columns"])
    return replace(
        shape,
        row_count=shape.row_count // rows,
        column_count=max(1, shape.column_count // columns),
        pixel_um=shape.pixel_um * columns,
    )


def _cropped(shape: DetectorShape, parameters: Parameters) -> DetectorShape:
    """Return the shape after cropping columns."""
    kept = range(shape.column_count)[slice(*parameters["columns"])]
    return replace(shape, column_count=max(1, len(kept)))


def _padded(shape: DetectorShape, parameters: Parameters) -> DetectorShape:
    """Return the shape with columns added at both ends."""
    return replace(shape, column_count=shape.column_count + 2 * int(parameters["pixels"]))


def _padding_bytes(shape: DetectorShape, parameters: Parameters) -> int:
    """Return the memory of the wider views, and of the columns added on the way."""
    return 4 * _padded(shape, parameters).pixels + 8 * (_padded(shape, parameters).pixels - shape.pixels)


def _joined(shape: DetectorShape, _: Parameters) -> DetectorShape:
    """Return the largest shape that joining can give: twice as wide, over half a turn."""
    return replace(shape, view_count=-(-shape.view_count // 2), column_count=2 * shape.column_count)


def _stripe_bytes(shape: DetectorShape, _: Parameters) -> int:
    """Return the memory of the cleaned views, and of the sinograms that each thread holds."""
    sinograms = min(os.cpu_count() or 1, shape.row_count)
    return 4 * shape.pixels + 64 * sinograms * shape.view_count * shape.column_count


def _found_axis(made: tuple[Any, ...]) -> Parameters:
    """Return the axis that was found, as the parameter that sets it."""
    return {"rotation_axis_px": made[0].geometry.rotation_axis_px}


def _found_overlap(made: tuple[Any, ...]) -> Parameters:
    """Return the overlap that was found, as the parameters that say it."""
    row = made[1].frame.iloc[0]
    return {"overlap_px": float(row["overlap_px"]), "side": str(row["side"])}


STEPS_OF_PROJECTIONS: tuple[Step, ...] = (
    Step("inspect_views", "projections:inspect_views", kind="views", bytes_per_voxel=1),
    Step("normalise", "projections:normalise", kind="transmission", takes="counts", bytes_per_voxel=4, rows=Rows()),
    Step(
        "bin_pixels",
        "projections:bin_pixels",
        bytes_per_voxel=8,
        rows=Rows(binned=_binned_rows, reshapes=_binned),
    ),
    Step(
        "crop_pixels",
        "projections:crop_pixels",
        bytes_per_voxel=1,
        rows=Rows(halo=_columns_alone, reshapes=_cropped),
    ),
    Step(
        "correct_distortion",
        "projections:correct_distortion",
        bytes_per_voxel=4,
        references=(references.DISTORTION,),
    ),
    Step("remove_zingers", "projections:remove_zingers", bytes_per_voxel=8, kernels=_ZINGERS, rows=Rows()),
    Step("correct_drift", "projections:correct_drift", kind="transmission", takes="transmission", bytes_per_voxel=4),
    Step("undo_shifts", "projections:undo_shifts", bytes_per_voxel=4, references=(references.SPLINES,)),
    Step(
        "pad_columns",
        "projections:pad_columns",
        bytes_per_voxel=8,
        references=(references.NATTERER,),
        rows=Rows(peak_bytes=_padding_bytes, reshapes=_padded),
    ),
    Step(
        "retrieve_phase",
        "projections:retrieve_phase",
        kind="absorbance",
        takes="transmission",
        bytes_per_voxel=4,
        references=(references.PAGANIN, references.REFRACTION, references.ATTENUATION),
    ),
    Step(
        "correct_halo",
        "projections:correct_halo",
        kind="absorbance",
        takes="transmission",
        bytes_per_voxel=4,
        references=(references.ZERNIKE, references.HALOS, references.REFRACTION, references.ATTENUATION),
    ),
    Step(
        "absorbance", "projections:absorbance", kind="absorbance", takes="transmission", bytes_per_voxel=4, rows=Rows()
    ),
    Step(
        "filter_fresnel",
        "projections:filter_fresnel",
        kind="absorbance",
        takes="absorbance",
        bytes_per_voxel=4,
        references=(references.FRESNEL,),
        rows=Rows(halo=_along_columns),
    ),
    Step(
        "linearise_by_polynomial",
        "projections:linearise_by_polynomial",
        kind="absorbance",
        takes="absorbance",
        bytes_per_voxel=4,
        references=(references.HARDENING_BY_POLYNOMIAL,),
        rows=Rows(),
    ),
    Step(
        "linearise_by_spectrum",
        "projections:linearise_by_spectrum",
        kind="absorbance",
        takes="absorbance",
        bytes_per_voxel=4,
        references=(references.HARDENING, references.ATTENUATION),
        rows=Rows(),
    ),
    Step(
        "remove_stripes_by_sorting",
        "projections:remove_stripes_by_sorting",
        bytes_per_voxel=4,
        kernels=_STRIPES,
        references=(references.STRIPES,),
        rows=Rows(peak_bytes=_stripe_bytes),
    ),
    Step(
        "remove_stripes_by_filtering",
        "projections:remove_stripes_by_filtering",
        bytes_per_voxel=4,
        kernels=_STRIPES,
        references=(references.STRIPES,),
        rows=Rows(peak_bytes=_stripe_bytes),
    ),
    Step(
        "remove_stripes_by_fitting",
        "projections:remove_stripes_by_fitting",
        bytes_per_voxel=4,
        kernels=_STRIPES,
        references=(references.STRIPES,),
        rows=Rows(peak_bytes=_stripe_bytes),
    ),
    Step(
        "remove_stripes_by_wavelets",
        "projections:remove_stripes_by_wavelets",
        bytes_per_voxel=4,
        references=(references.WAVELETS,),
        rows=Rows(peak_bytes=_stripe_bytes),
    ),
    Step(
        "remove_large_stripes",
        "projections:remove_large_stripes",
        bytes_per_voxel=4,
        kernels=_STRIPES,
        references=(references.STRIPES,),
        rows=Rows(peak_bytes=_stripe_bytes),
    ),
    Step(
        "remove_dead_stripes",
        "projections:remove_dead_stripes",
        bytes_per_voxel=4,
        kernels=_STRIPES,
        references=(references.STRIPES,),
        rows=Rows(peak_bytes=_stripe_bytes),
    ),
    Step(
        "remove_all_stripes",
        "projections:remove_all_stripes",
        bytes_per_voxel=4,
        kernels=_STRIPES,
        references=(references.STRIPES,),
        rows=Rows(peak_bytes=_stripe_bytes),
    ),
    Step(
        "find_rotation_axis",
        "projections:find_rotation_axis",
        kind="rotation_axis",
        bytes_per_voxel=2,
        kernels=_CENTRING,
        references=(references.DOUBLE_WEDGE, references.SLICE_SCORES),
    ),
    Step(
        "set_rotation_axis",
        "projections:set_rotation_axis",
        bytes_per_voxel=2,
        kernels=_CENTRING,
        references=(references.DOUBLE_WEDGE, references.SLICE_SCORES),
        rows=Rows(settles=_found_axis),
    ),
    Step(
        "axis_candidates",
        "projections:axis_candidates",
        kind="attenuation",
        bytes_per_voxel=2,
        kernels=_CENTRING,
        references=(references.SLICE_SCORES,),
    ),
    Step(
        "find_overlap",
        "projections:find_overlap",
        kind="overlap",
        bytes_per_voxel=2,
        references=(references.OFF_AXIS,),
    ),
    Step(
        "join_off_axis",
        "projections:join_off_axis",
        bytes_per_voxel=5,
        references=(references.OFF_AXIS,),
        rows=Rows(settles=_found_overlap, reshapes=_joined),
    ),
    Step(
        "stitch_mosaic",
        "projections:stitch_mosaic",
        bytes_per_voxel=32,
        references=(references.GLOBAL_STITCHING, references.MASKED, references.POWDER),
    ),
)
