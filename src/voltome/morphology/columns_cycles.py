"""The columns of the tables that compare states of one sample."""

from __future__ import annotations

from voltome.data import Column

FROM_SCAN = Column("from_scan", "", "The earlier of two successive scans.", "key")
TO_SCAN = Column("to_scan", "", "The later of them.", "key")
EVENT = Column(
    "event",
    "",
    "What became of the particles: unchanged, grown, shrunk, merged, split, regrouped, vanished, new.",
    "key",
)

_SUMS = (
    Column("particles_before", "1", "Particles of the earlier scan."),
    Column("particles_after", "1", "Particles of the later scan."),
    Column("volume_before_um3", "um3", "Their volume in the earlier scan, where both scans see."),
    Column("volume_after_um3", "um3", "Their volume in the later scan, where both scans see."),
    Column("volume_change_um3", "um3", "Volume in the later scan minus that in the earlier."),
)

MATCHES = (
    FROM_SCAN,
    TO_SCAN,
    EVENT,
    Column("track", "1", "Number that the largest particle has in all scans, as in the tracked images.", "label"),
    Column("label_before", "1", "Number of the largest particle in the image of the earlier scan; 0: none.", "label"),
    Column("label_after", "1", "Number of the largest particle in the image of the later scan; 0: none.", "label"),
    *_SUMS,
    Column(
        "displacement_um",
        "um",
        "Distance between the centroids before and after, of all particles together; 0 where there is only one side.",
    ),
    Column(
        "moved",
        "1",
        "Whether the displacement is larger than the one asked for as a motion; not judged at the border.",
        "flag",
    ),
    Column(
        "overlap_fraction",
        "1",
        "Volume that lies in both over the smaller of the volumes; 0 for particles that moved out of their place.",
    ),
    Column("z_um", "um", "Centroid along z, before, or after for new particles; in the frame of the scan."),
    Column("y_um", "um", "That centroid along y."),
    Column("x_um", "um", "That centroid along x."),
    Column(
        "touches_border",
        "1",
        "Whether a particle reaches the border of what both scans see: it may be cut, and its volume say nothing.",
        "flag",
    ),
)

EVENTS = (
    FROM_SCAN,
    TO_SCAN,
    EVENT,
    Column("groups", "1", "How often it happened: particles, or groups of particles that merged, split or regrouped."),
    *_SUMS,
    Column("moved", "1", "How many of them moved."),
    Column("groups_at_border", "1", "How many of them reach the border of what both scans see."),
)

MASS_BALANCE = (
    FROM_SCAN,
    TO_SCAN,
    Column("phase", "", "Name of the phase.", "key"),
    Column("position_um", "um", "Centre of the layer along the axis, in the frame of the scans.", "position"),
    Column("before_mg_per_cm2", "mg/cm2", "Mass of the phase in the layer in the earlier scan, per geometric area."),
    Column("lost_mg_per_cm2", "mg/cm2", "Mass that was there before and is not after."),
    Column("gained_mg_per_cm2", "mg/cm2", "Mass that is there after and was not before."),
    Column("net_mg_per_cm2", "mg/cm2", "Gained minus lost; these add up to the change of the areal loading."),
    Column(
        "misfit_exchange_mg_per_cm2",
        "mg/cm2",
        "Loss and equal gain that a misfit of the alignment alone would show: less is no finding.",
    ),
)
