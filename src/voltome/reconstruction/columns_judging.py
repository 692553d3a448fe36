"""The columns of the tables that judge a reconstructed volume."""

from __future__ import annotations

from voltome.data import Column

PHASE = Column("phase", "", "Name of the phase.", "key")
VOXELS = Column("voxels", "1", "Voxels that were counted: those away from the edges of the phase.")

SIGNAL_TO_NOISE = (
    PHASE,
    Column("signal_to_noise", "1", "Mean over standard deviation of the grey values inside the phase."),
    Column(
        "signal_to_noise_standard_error",
        "1",
        "Standard error of that, as of independent voxels with normal noise; reconstructed noise is correlated, so it "
        "is larger.",
        "standard_error",
        "signal_to_noise",
    ),
    Column("mean", "as given", "Mean of the grey values, in the unit of the volume."),
    Column("deviation", "as given", "Standard deviation of the grey values, in the unit of the volume."),
    Column(
        "pieces",
        "1",
        "Pieces of the phase, joined by faces, that have enough voxels away from the edges to be counted.",
    ),
    Column("piece_signal_to_noise", "1", "Median over the pieces of mean over standard deviation in each for itself."),
    Column("piece_signal_to_noise_low", "1", "The same: what a tenth of the pieces lies below."),
    Column("piece_signal_to_noise_high", "1", "The same: what a tenth of the pieces lies above."),
    VOXELS,
    Column("erode_um", "um", "Distance from the edge of the phase up to which voxels were left out."),
)

CONTRAST_TO_NOISE = (
    PHASE,
    Column("background", "", "Name of the phase that it stands out against.", "key"),
    Column(
        "contrast_to_noise",
        "1",
        "Difference of the mean grey values over the standard deviation in the background; below 0 where the phase is "
        "darker.",
    ),
    Column("contrast", "as given", "Mean of the phase less that of the background, in the unit of the volume."),
    Column("background_deviation", "as given", "Standard deviation in the background, in the unit of the volume."),
    Column("phase_deviation", "as given", "Standard deviation in the phase, in the unit of the volume."),
    Column(
        "misclassified_share",
        "1",
        "Share of voxels that a threshold midway would take for the other phase, were all noise normal: the mean of "
        "the shares of both phases.",
    ),
    VOXELS,
    Column("background_voxels", "1", "Voxels of the background that were counted."),
    Column("erode_um", "um", "Distance from the edge of the phases up to which voxels were left out."),
)

CALIBRATION = (
    PHASE,
    Column("expected_per_cm", "1/cm", "Attenuation of the material, as given."),
    Column("measured", "as given", "Mean of the grey values inside the phase before, in the unit of the volume."),
    Column("calibrated_per_cm", "1/cm", "Mean attenuation inside the phase after."),
    Column("residual_per_cm", "1/cm", "Calibrated less expected; 0 by construction with one or two materials."),
    Column("deviation_per_cm", "1/cm", "Standard deviation inside the phase after."),
    VOXELS,
    Column("scale", "as given", "By what grey values are multiplied to be 1/cm; the same in every row."),
    Column("offset_per_cm", "1/cm", "What is added after; the same in every row."),
)

SHELL_CORRELATION = (
    Column("frequency_per_um", "1/um", "Middle of the shell: periods per um.", "position"),
    Column("correlation", "1", "Correlation of the Fourier transforms of both volumes in the shell."),
    Column(
        "half_bit",
        "1",
        "Threshold of half a bit of information per voxel in the mean of both volumes, from the voxels of the shell.",
    ),
    Column("shell_voxels", "1", "Independent voxels of the Fourier transform in the shell."),
    Column(
        "half_bit_resolution_um",
        "um",
        "One over the frequency at which the correlation first falls below the threshold of half a bit: the "
        "shortest period that is told from noise; the same in every row.",
        may_be_infinite=True,
    ),
    Column(
        "one_seventh_resolution_um",
        "um",
        "One over the frequency at which the correlation first falls below 0.143; the same in every row.",
        may_be_infinite=True,
    ),
)

RINGS = (
    Column("z_um", "um", "Centre of the slice.", "position"),
    Column(
        "ring_strength",
        "1",
        "Root mean square over all radii of what of the ring means is no chance, over the noise of a voxel.",
    ),
    Column("rings", "1", "Radii at which the mean around the axis stands out of its neighbours by more than chance."),
    Column(
        "noise",
        "as given",
        "Standard deviation of what differs from voxel to voxel, in the unit of the volume; too low after smoothing.",
    ),
    Column("strongest_ring_radius_um", "um", "Radius of the ring that stands out most."),
    Column("strongest_ring_height", "as given", "By how much it stands out, in the unit of the volume."),
    Column("strongest_ring_score", "1", "The same over the standard error of the mean around the axis."),
)

ITERATION_CURVE = (
    Column("iteration", "1", "Iterations done.", "position"),
    Column(
        "held_out_share",
        "1",
        "Norm of what the slice leaves over of the views that it was not made of, over that of these views.",
    ),
    Column("residual_share", "1", "The same of the views that it was made of."),
    Column("change_share", "1", "Norm of the change by the iteration over that of the slice."),
    Column("best_iteration", "1", "Where the share of the views held out is least; the same in every row."),
)
