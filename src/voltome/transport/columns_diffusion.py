"""The columns of the tables of diffusion and conduction."""

from __future__ import annotations

from voltome.data import Column

PHASE = Column("phase", "", "Name of the phase that conducts.", "key")
AXIS = Column("axis", "", "Axis along which the potential falls.", "key")
BOUNDARY = Column(
    "boundary",
    "",
    "Where the potential is held: on the outer faces of the sample (face), or in the centres of its first and last "
    "layers of voxels (voxel).",
    "key",
)
SIDES = Column("sides", "", "What is beside the axis or the sample: walls, its other side, or its mirror image.", "key")
DIFFUSIVITIES = Column(
    "diffusivities", "", "Diffusivity of each phase that conducts, as given; the rest is wall.", "key"
)

POROSITY = Column("porosity", "1", "Volume of the phase over the volume of the sample.")
PERCOLATING_POROSITY = Column(
    "percolating_porosity", "1", "Volume of what is connected to both ends along the axis, over that of the sample."
)
RELATIVE_DIFFUSIVITY = Column(
    "relative_diffusivity", "1", "Effective diffusivity of the sample over that of the phase, D_eff/D_0."
)
TORTUOSITY_FACTOR = Column(
    "tortuosity",
    "1",
    "Tortuosity factor: porosity over relative diffusivity; infinite where the phase does not percolate.",
    may_be_infinite=True,
)
ERROR_BOUND = Column(
    "relative_error_bound",
    "1",
    "The solver is not further than this from the exact solution on these voxels, as a share of the effective "
    "diffusivity; says nothing of the image.",
)
FLUX_SPREAD = Column(
    "flux_spread", "1", "Largest less smallest flux through a layer, over the mean: 0 where nothing is lost on the way."
)
ITERATIONS = Column("iterations", "1", "Iterations of the solver.")

AS_GIVEN = "as given"
"""Unit of what is in the unit of the diffusivities that were given, which nobody told."""

TORTUOSITY = (
    PHASE,
    AXIS,
    BOUNDARY,
    SIDES,
    POROSITY,
    PERCOLATING_POROSITY,
    RELATIVE_DIFFUSIVITY,
    TORTUOSITY_FACTOR,
    ERROR_BOUND,
    FLUX_SPREAD,
    ITERATIONS,
)

EFFECTIVE_DIFFUSIVITY = (
    DIFFUSIVITIES,
    AXIS,
    BOUNDARY,
    SIDES,
    Column("conducting_fraction", "1", "Volume of all phases that conduct, over that of the sample."),
    Column("effective_diffusivity", AS_GIVEN, "Effective diffusivity of the sample, in the unit of the given ones."),
    Column(
        "mean_diffusivity",
        AS_GIVEN,
        "Mean over the volume, walls included as 0: what phases side by side along the axis would give, and no "
        "arrangement exceeds.",
    ),
    Column(
        "harmonic_diffusivity",
        AS_GIVEN,
        "Harmonic mean over the volume: what phases one behind the other would give, and no arrangement falls below; 0 "
        "where there are walls.",
    ),
    Column(
        "tortuosity",
        "1",
        "Mean diffusivity over effective diffusivity: of a single phase its tortuosity factor; infinite where nothing "
        "percolates.",
        may_be_infinite=True,
    ),
    ERROR_BOUND,
    FLUX_SPREAD,
    ITERATIONS,
)

DIFFUSIVITY_TENSOR = (
    DIFFUSIVITIES,
    SIDES,
    Column("direction", "", "Direction of the gradient: an axis of the image, or a principal axis.", "key"),
    Column("along_z", "1", "Component along z of the unit vector of this direction."),
    Column("along_y", "1", "Component along y of the unit vector of this direction."),
    Column("along_x", "1", "Component along x of the unit vector of this direction."),
    Column(
        "effective_diffusivity",
        AS_GIVEN,
        "Effective diffusivity in this direction, in the unit of the given ones: of a principal axis the eigenvalue.",
    ),
    Column("flux_z", AS_GIVEN, "Component along z of the flux for a gradient of 1 down this direction."),
    Column("flux_y", AS_GIVEN, "Component along y of the flux for a gradient of 1 down this direction."),
    Column("flux_x", AS_GIVEN, "Component along x of the flux for a gradient of 1 down this direction."),
    ERROR_BOUND,
)

ELECTRODE_TORTUOSITY = (
    PHASE,
    AXIS,
    Column("separator", "", "The end of the axis at which the separator is: the first layer or the last.", "key"),
    Column("reactive", "", "The phases on whose surface the current ends.", "key"),
    SIDES,
    POROSITY,
    Column("reached_porosity", "1", "Volume of the phase that is connected to the separator, over that of the sample."),
    Column(
        "electrode_tortuosity",
        "1",
        "Electrode tortuosity factor: three times the ionic resistance at low frequency, times porosity, conductivity "
        "and area over thickness; infinite where no reactive surface is connected to the separator.",
        may_be_infinite=True,
    ),
    Column(
        "reached_reactive_share",
        "1",
        "Faces of voxels between the reactive phases and what is connected to the separator, over all between the "
        "reactive phases and the phase.",
    ),
    ERROR_BOUND,
    ITERATIONS,
)

TORTUOSITY_REFINEMENT = (
    PHASE,
    AXIS,
    BOUNDARY,
    SIDES,
    POROSITY,
    Column("relative_diffusivity", "1", "Effective over own diffusivity, solved on the voxels of the image."),
    Column("relative_diffusivity_refined", "1", "The same, solved on voxels of half the edge."),
    Column("relative_diffusivity_extrapolated", "1", "The same, extrapolated to voxels without extent."),
    TORTUOSITY_FACTOR,
    Column(
        "tortuosity_extrapolated",
        "1",
        "Porosity over the extrapolated relative diffusivity; infinite where the phase does not percolate.",
        may_be_infinite=True,
    ),
    Column("order", "1", "Power of the edge of a voxel with which the error falls."),
    Column(
        "resolution_error",
        "1",
        "Tortuosity over the extrapolated one, less 1: positive where the voxels make it too large. Only the error of "
        "solving on voxels of this size; that of drawing smooth walls in steps is not in it.",
    ),
)
