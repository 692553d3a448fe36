"""Which figures fields and streamlines of a study have, what their captions say, and that they are no grey values."""

from pathlib import Path

import numpy as np
import pandas as pd
import solved_fields
from finished_study import SCAN, Finished, Stored

import voltome as vt
from voltome.data import Noun
from voltome.report.drawing import figures_of_images
from voltome.report.drawing_streamlines import draw_paths
from voltome.report.drawn import Looked
from voltome.study import ReportOptions


def study(scans: dict[str, float]) -> tuple[Finished, vt.data.ResultTable]:
    """Return a study of scans whose fluxes are multiples of one solved field, and the table of their streamlines."""
    pore = solved_fields.percolating((10, 10, 10))
    solved = solved_fields.diffusion(pore)
    phases = vt.data.PhaseImage((~pore).astype(np.uint8), voxel_size_um=1, phases={0: "pore", 1: "solid"})
    held: dict[Path, Noun] = {}
    nouns, frames = [], []
    for scan, factor in scans.items():
        flux = {name: each.derive("", values=each.values * np.float32(factor)) for name, each in solved.items()}
        lines = vt.transport.streamlines(flux["flux_z"], along_y=flux["flux_y"], along_x=flux["flux_x"], count=6)
        frames.append(lines.frame.assign(scan=scan))
        made = [
            ("source", phases, "", "source", {}),
            ("field", flux["diffusion_field"], "diffusive flux", "diffusion_field", {}),
            ("field-flux_z", flux["flux_z"], "flux_z", "diffusion_field", {}),
            ("field-potential", solved["potential"], "potential", "diffusion_field", {}),
            ("seen", vt.transport.project(flux["flux_z"], axis="y"), "flux_z", "project", {"axis": "y"}),
            ("still", flux["flux_z"].derive("", values=flux["flux_z"].values * 0), "speed", "flow_field", {}),
        ]
        for name, noun, kind, step, parameters in made:
            held[Path(scan, name)] = noun
            nouns.append(Stored(scan, name, type(noun).__name__, kind, step, parameters, Path(scan, name)))
    columns = (SCAN, *lines.columns)
    frame = pd.concat(frames, ignore_index=True)[[column.name for column in columns]]
    table = vt.data.ResultTable(frame, columns=columns, kind="streamlines")
    attributes = {scan: {} for scan in scans}
    return Finished(Path(), "Fluxes", attributes, None, tuple(nouns), {"steps": []}, held), table


def test_fields_are_drawn_as_slices_and_projections_and_never_as_grey_values():
    results, _ = study({"cell": 1.0})
    looked = Looked()
    drawn = {each.name: each for each in figures_of_images(results, looked, ReportOptions(renderings=False))}
    fields = [name for name, each in drawn.items() if each.section == "fields"]
    assert fields == ["field-cell", "field-projections-cell", "field-potential-cell", "seen-cell"]
    assert "histogram-cell" not in drawn
    assert drawn["slices-cell"].caption.startswith("cell: slices through the centre. From top to bottom: the phases.")
    assert looked.remarks == ["still of cell is 0 everywhere and is not drawn."]


def test_captions_say_what_is_drawn_and_what_the_last_colour_stands_for():
    results, _ = study({"cell": 1.0})
    drawn = {each.name: each.caption for each in figures_of_images(results, Looked(), ReportOptions(renderings=False))}
    assert drawn["field-cell"].startswith("cell: diffusive flux relative to that through an empty box")
    assert "Grey: walls, and pores in which nothing moves. The last colour stands for" in drawn["field-cell"]
    assert "The last colour" not in drawn["field-potential-cell"]
    assert "of the pixels. x runs to the right" in drawn["field-projections-cell"]
    assert "seen through along y: mean of every column" in drawn["seen-cell"]


def test_scans_share_the_ends_of_their_colours():
    results, _ = study({"fresh": 1.0, "cycled": 3.0})
    looked = Looked()
    drawn = {each.name: each.figure for each in figures_of_images(results, looked, ReportOptions(renderings=False))}
    for name in ("field", "field-projections", "seen"):
        ends = [drawn[f"{name}-{scan}"].axes[-1].get_xlim() for scan in ("fresh", "cycled")]
        assert ends[0] == ends[1]
    assert set(looked.ends) == {"field", "field-projections", "field-potential", "seen"}


def test_streamlines_say_how_many_cross_and_are_kept_for_the_scenes():
    results, table = study({"fresh": 1.0, "cycled": 3.0})
    looked = Looked()
    list(figures_of_images(results, looked, ReportOptions()))
    (drawn,) = draw_paths("streamlines", table, looked)
    assert drawn.section == "fields"
    assert "(fresh)" in drawn.caption
    assert "Pale: the body that they pass." in drawn.caption
    assert set(looked.paths) == {"fresh", "cycled"}
