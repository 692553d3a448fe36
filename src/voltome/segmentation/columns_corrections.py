"""The columns of the tables that say what a correction by hand changed, each declared once."""

from __future__ import annotations

from voltome.data import Column

PARTICLE_COLUMNS = (
    Column("particles_before", "1", "Particles before the correction, inside the mask."),
    Column("particles_after", "1", "Particles after it."),
    Column("added", "1", "Particles that are new: less than half of each was in any particle before."),
    Column("removed", "1", "Particles that are gone: less than half of each is in any particle now."),
    Column("split", "1", "Particles of which two or more particles were made, each with half of its volume or more."),
    Column("merged", "1", "Particles that were made of two or more, with half of the volume of each or more."),
    Column(
        "changed_voxels",
        "1",
        "Voxels that belong to another particle than before, or to one instead of none, or to none; new numbers alone "
        "change none.",
    ),
    Column("changed_fraction", "1", "These per voxel of any particle, before or after."),
)

PHASE_COLUMNS = (
    Column("phase", "", "Name of the phase, before or after the correction.", "key"),
    Column("volume_before_um3", "um3", "Volume before the correction, inside the mask."),
    Column("volume_after_um3", "um3", "Volume after it."),
    Column("gained_um3", "um3", "Volume that became this phase."),
    Column("lost_um3", "um3", "Volume that was this phase and is another now."),
    Column("changed_voxels", "1", "Voxels gained and lost."),
)
