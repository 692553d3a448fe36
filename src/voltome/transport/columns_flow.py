"""The columns of tables of flow."""

from __future__ import annotations

from voltome.data import Column

PHASE = Column("phase", "", "Name of the phase that the liquid flows through.", "key")
AXIS = Column("axis", "", "Axis along which the pressure falls.", "key")
MODE = Column("mode", "", "Whether the image repeats itself (tensor) or is a sealed sample (experiment).", "key")
SIDES = Column("sides", "", "What lies beside the image: itself, its mirror image, or sealed walls.", "key")
ITERATIONS = Column("iterations", "1", "Iterations of the solver; 0 where nothing can flow.")
ERROR = Column("relative_error_bound", "1", "Estimated bound of the error of the permeability, relative to it.")

PERMEABILITY = (
    PHASE,
    AXIS,
    MODE,
    SIDES,
    Column("percolates", "1", "Whether the phase leads through the sample along the axis.", "flag"),
    Column("permeability_um2", "um2", "Mean velocity along the axis times viscosity, per gradient of the pressure."),
    Column("along_z_um2", "um2", "The same of the mean velocity along z: an entry of the permeability tensor."),
    Column("along_y_um2", "um2", "The same of the mean velocity along y."),
    Column("along_x_um2", "um2", "The same of the mean velocity along x."),
    Column("porosity", "1", "Share of the phase in the sample."),
    Column("percolating_porosity", "1", "Share of the sample that the liquid can flow through."),
    Column("mean_pore_diameter_um", "um", "Mean of the local thickness of the phase, weighted by volume."),
    Column("mean_pore_velocity_m_per_s", "m/s", "Mean velocity along the axis in the percolating pore."),
    Column("reynolds_number", "1", "Density times mean pore velocity times mean pore diameter, over the viscosity."),
    ERROR,
    Column("flux_spread", "1", "Largest difference of the flux through two layers, relative to the mean flux."),
    ITERATIONS,
)

PERMEABILITY_REFINEMENT = (
    PHASE,
    AXIS,
    MODE,
    SIDES,
    Column("permeability_um2", "um2", "Permeability at the voxel size of the image."),
    Column("permeability_halved_um2", "um2", "Permeability with every voxel divided into 2 x 2 x 2."),
    Column(
        "permeability_extrapolated_um2", "um2", "Both extrapolated to voxels of no size, for errors of second order."
    ),
    Column("resolution_error", "1", "Permeability over the extrapolated one, minus 1: positive where it is too large."),
    ERROR,
    ITERATIONS,
)
