import pytest

from voltome.report.summary import MEASURES, PHRASES
from voltome.study import STEPS


@pytest.mark.parametrize(
    ("step", "parameters", "words"),
    [
        ("box", {"size_voxels": 3}, "Noise was lowered by the mean of a cube (size 3 voxels)"),
        (
            "unsharp_mask",
            {"sigma_um": 1.5, "amount": 1.0},
            "Edges were sharpened by an unsharp mask (sigma 1.5 µm, amount 1)",
        ),
        (
            "hysteresis_threshold",
            {"phase": "sulfur", "strong": 32000, "weak": 30500, "rest": "pore", "connectivity": 26},
            "Voxels from grey value 32\u202f000 up were taken as sulfur, and with them those from 30\u202f500 up that "
            "are connected to them (26 neighbours), the rest as pore",
        ),
        (
            "level",
            {"collector": (50, None), "interpolation": "cubic"},
            "The image was turned until the current collector (grey values from 50 up) was level, with "
            "cubic interpolation",
        ),
        (
            "select_electrode",
            {"collector": (50, None), "separator": (20, 30), "margin_um": 2.5},
            "The electrode was cut out between the current collector (grey values from 50 up) and the separator "
            "(from 20 to 30), without 2.5 µm beside each",
        ),
        (
            "remove_artefacts",
            {"phase": "sulfur", "radius_um": 1.5, "rest": None},
            "Specks of sulfur were removed and its pinholes filled (radius 1.5 µm)",
        ),
        (
            "open_phase",
            {"phase": "pore", "radius_um": 2.0, "rest": None},
            "The pore was opened by a ball (radius 2 µm)",
        ),
        (
            "internal_voids",
            {"phase": "NMC", "void": "internal void"},
            "Voids inside NMC, which a flood from outside does not reach, were made a phase",
        ),
        (
            "merge_phases",
            {"phases_to_merge": ("NMC", "internal void"), "into": "NMC"},
            "NMC and internal void were taken together as NMC",
        ),
        ("set_rotation_axis", {"rotation_axis_px": 85.83}, "The axis of rotation was given as column 85.83"),
        (
            "set_rotation_axis",
            {"rotation_axis_px": None, "method": "all"},
            "The axis of rotation was found by the double wedge, pairs of views and sharpness",
        ),
        ("join_off_axis", {}, "Views half a turn apart were joined to views up to twice as wide"),
    ],
)
def test_a_step_is_a_sentence(step, parameters, words):
    assert PHRASES[step](parameters) == words


def test_every_step_has_words():
    assert [name for name in STEPS if name not in PHRASES and name not in MEASURES] == []


@pytest.mark.parametrize(
    ("region", "words"),
    [
        (None, ""),
        ({"box_um": [[105.7, 137.3], [None, None], [None, 8]], "radius_um": None, "grey": None},
         " (by the region z 105.7 to 137.3 µm, x up to 8 µm)"),
        ({"box_um": None, "radius_um": 90.0, "grey": [46000, None]},
         " (by the region within 90 µm of the axis, grey values from 46000)"),
        ({"box_um": None, "radius_um": None, "grey": None}, ""),
    ],
)  # fmt: skip
def test_a_region_is_words_without_what_it_leaves_open(region, words):
    assert PHRASES["align"]({"to": "uncycled", "region": region}) == f"The scans were aligned to uncycled{words}"
