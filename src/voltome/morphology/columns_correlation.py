"""The columns of the tables of two-point correlation and of the confidence of a fraction."""

from __future__ import annotations

from voltome.data import Column
from voltome.morphology.columns import PHASE

_FROM_ONE_IMAGE = (
    "From the two-point correlation inside this one image; without the error of the segmentation, and without "
    "gradients longer than the image."
)

INTEGRAL_RANGE = Column(
    "integral_range_um3",
    "um3",
    "Integral of the normalised covariance over all distances: the volume within which voxels repeat each other.",
)

TWO_POINT_CORRELATION = (
    PHASE,
    Column("direction", "", "Axis along which the two points lie apart; all: mean over 13 directions.", "key"),
    Column("distance_um", "um", "Distance between the two points.", "position"),
    Column("two_point_probability", "1", "Probability that both points are in the phase."),
    Column("covariance", "1", "That probability less the square of the fraction; 0 at distances without order."),
    Column("correlation", "1", "The covariance over that at distance 0: 1 at 0, and 0 at distances without order."),
    Column("fraction", "1", "Volume of the phase over the volume of the sample; the same in every row."),
    Column(
        "correlation_length_um",
        "um",
        "Integral of the correlation along the direction up to where it first is 0; the same in every row of it.",
    ),
    INTEGRAL_RANGE,
)

FRACTION_CONFIDENCE = (
    PHASE,
    Column("confidence", "1", "Probability with which the interval is to hold the fraction of the electrode.", "key"),
    Column("fraction", "1", "Volume of the phase over the volume of the sample."),
    Column(
        "fraction_standard_error",
        "1",
        f"Standard error of the fraction. {_FROM_ONE_IMAGE}",
        "standard_error",
        "fraction",
    ),
    Column("fraction_low", "1", "Lower end of the confidence interval of the fraction."),
    Column("fraction_high", "1", "Upper end of the confidence interval of the fraction."),
    INTEGRAL_RANGE,
    Column(
        "independent_volumes", "1", "Volume of the sample over the integral range: how many volumes count as one each."
    ),
    Column(
        "volume_for_5_percent_um3",
        "um3",
        "Volume of sample in which the standard error would be 5 % of the fraction.",
    ),
    Column(
        "volume_for_1_percent_um3",
        "um3",
        "Volume of sample in which the standard error would be 1 % of the fraction.",
    ),
)
