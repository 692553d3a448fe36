"""The columns of the tables that say how good a classifier is, each declared once."""

from __future__ import annotations

from voltome.data import Column

_JUDGED_BY = Column(
    "judged_by",
    "",
    "How: out of bag (by the trees that were not grown on a voxel, though perhaps on its neighbours), or strokes left "
    "out (by trees that saw nothing of its brush stroke).",
    "key",
)

ACCURACY_COLUMNS = (
    Column("phase", "", "Phase as it was brushed.", "key"),
    _JUDGED_BY,
    Column("judged_voxels", "1", "Brushed voxels of the phase that were judged."),
    Column("strokes", "1", "Connected pieces in which the phase was brushed."),
    Column("recall", "1", "Share of these voxels that were found to be of the phase."),
    Column(
        "dice",
        "1",
        "Twice the voxels that were brushed as the phase and found to be it, over the sum of those brushed and those "
        "found.",
    ),
)

CONFUSION_COLUMNS = (
    _JUDGED_BY,
    Column("phase", "", "Phase as it was brushed.", "key"),
    Column("found", "", "Phase as it was found.", "key"),
    Column("voxels", "1", "Voxels brushed as the one and found as the other."),
    Column("share", "1", "These as a share of the judged voxels of the phase."),
)

IMPORTANCE_COLUMNS = (
    Column("feature", "", "What is known of a voxel: a measure of its surroundings, and their scale.", "key"),
    Column(
        "importance",
        "1",
        "Share of the feature in the decrease of Gini impurity on the training voxels, mean of all trees; "
        "features that "
        "say the same share it.",
    ),
)
