import base64
import dataclasses
import json
import re
import zlib
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from finished_study import FRACTION, PHASE, SCAN, Stored, finished

from voltome.data import Column, PhaseImage, ResultTable
from voltome.report import write
from voltome.report.drawing import _chosen
from voltome.report.drawing_bodies import _drawn_together
from voltome.report.drawn import drawn_scans
from voltome.report.rendering import Bodies
from voltome.runtime import ProgressEvent
from voltome.study import ReportOptions

VOID = {"meta", "img", "br", "hr", "link", "input"}
REFERENCES = {"src", "href", "poster", "data", "action", "srcset"}


class Reader(HTMLParser):
    """Reads a page, checks that its elements close in order, and keeps what a test asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.images: list[dict[str, str]] = []
        self.references: list[str] = []
        self.identifiers: list[str] = []
        self.names: list[str] = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.names.append(tag)
        self.references += [value for name, value in attrs if name in REFERENCES]
        self.identifiers += [attributes["id"]] if "id" in attributes else []
        if tag == "img":
            self.images.append(attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"


@pytest.fixture(autouse=True)
def _coarse(monkeypatch):
    # what the figures look like is no matter here, and PNG at full resolution takes most of the time
    monkeypatch.setattr("voltome.report.writing.RESOLUTION", 30)
    monkeypatch.setattr("voltome.report.figures_renderings.DOTS_PER_MM", 1)


def read(path):
    text = path.read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return text, reader


@pytest.fixture(scope="module")
def page(two_scans):
    return read(write(two_scans))


def without_images(study):
    return dataclasses.replace(study, nouns=())


def test_the_page_needs_nothing_but_itself(page):
    text, reader = page
    assert all(reference.startswith(("data:image/", "#")) for reference in reader.references)
    assert not re.search(r"url\(|@import|https?://", re.sub(r'src="data:[^"]*"', "", text))
    assert not {"script", "link", "iframe", "object", "embed"} & set(reader.names)


def test_every_link_inside_the_page_has_its_target(page):
    _, reader = page
    links = [reference[1:] for reference in reader.references if reference.startswith("#")]
    assert len(links) >= 9
    assert set(links) <= set(reader.identifiers)
    assert len(set(reader.identifiers)) == len(reader.identifiers)


def test_every_figure_has_a_text_that_replaces_it(page):
    _, reader = page
    assert len(reader.images) == 10
    assert all(len(image["alt"]) > 30 for image in reader.images)


def test_units_and_errors_appear(page):
    text, _ = page
    assert "µm³" in text
    assert re.search(r"0\.\d+ ± 0\.0012", text)
    assert "_um3<" not in text


def test_the_page_says_what_is_simulated_decided_and_to_be_cited(page):
    text, _ = page
    assert "<strong>Simulated data.</strong>" in text
    assert "grey intervals chosen by eye" in text
    assert "N. Otsu" in text
    assert "0123456789abcdef" * 4 in text


def test_the_summary_reads_like_a_sentence(page):
    text, _ = page
    summary = re.search(r'<p class="lede">(.*?)</p>', text, re.DOTALL)[1]
    assert summary == (
        "Two scans, uncycled (cycle 0) and cycle-10 (cycle 10), were analysed. "
        "Measured were 40\u00a0×\u00a040\u00a0×\u00a040 voxels (z, y, x) of 1\u00a0µm. "
        "Noise was lowered by a median filter (size 3 voxels). "
        "By grey value, voxels were taken as sulfur from 30\u202f000 up, the rest carbon-pore. "
        "Touching particles of sulfur were separated (min depth 0.6 µm). "
        "The results are size, surface and shape of every particle and volume fractions of the phases. "
        "It was also measured how results change with the lower grey threshold of sulfur."
    )


def test_figures_are_written_as_svg_and_png_and_older_ones_go(make_study):
    study = without_images(make_study({"a": 0}))
    (study.folder / "figures").mkdir()
    (study.folder / "figures" / "stale.png").write_bytes(b"")
    report = write(study)
    first = {path.name: path.read_bytes() for path in (study.folder / "figures").iterdir()}
    names = ("phase_profile", "sizes-particles", "subvolumes-phase_fractions", "sweep-phase_fractions")
    assert sorted(first) == [f"{name}.{kind}" for name in names for kind in ("png", "svg")]
    page = report.read_bytes()
    assert write(study).read_bytes() == page
    assert {path.name: path.read_bytes() for path in (study.folder / "figures").iterdir()} == first
    assert not [path for path in study.folder.iterdir() if path.name.startswith(".") and path.name != ".lock"]


def test_progress_is_told_of_every_figure_and_of_the_end(make_study):
    study = make_study({"a": 0})
    study.combined.clear()
    events: list[ProgressEvent] = []
    write(study, progress=events.append)
    assert [event.note for event in events] == ["slices-a", "histogram-a", "renderings", ""]
    assert events[-1].done == events[-1].total
    assert all(0 <= event.done < event.total for event in events[:-1])


def test_what_a_user_writes_is_escaped(make_study):
    study = make_study({"<b>": 0, "a&'\"": 1}, title="<script>alert(1)</script>")
    text, reader = read(write(study))
    assert "<b>" not in text
    assert "<script" not in text
    assert "&lt;b&gt;" in text
    assert "script" not in reader.names
    assert "b" not in reader.names
    assert (study.folder / "figures" / "slices-b.svg").is_file()


def test_twenty_scans_do_not_make_sixty_figures(tmp_path):
    study = finished(tmp_path / "results", {f"cycle-{i}": i for i in range(20)})
    text, reader = read(write(study))
    assert len(reader.images) <= 16
    assert "Slices and histograms are drawn for 4 of 20 scans: cycle-0, cycle-6, cycle-13 and cycle-19." in text


def test_one_scan_that_is_measured_has_no_banner_and_no_comparison(make_study):
    study = without_images(make_study({"only": 0}))
    study.provenance["simulated"] = []
    text, _ = read(write(study))
    assert "Simulated data" not in text
    assert "One scan, only (cycle 0), was analysed." in text
    assert "Comparison of the scans" not in text


def test_a_banner_tells_simulated_from_measured_scans(make_study):
    study = without_images(make_study({"twin": 0, "measured": 1}))
    study.combined.clear()
    study.provenance["simulated"] = ["twin"]
    text, _ = read(write(study))
    assert "twin comes from a computed scene" in text
    assert "the other scans are measured" in text


def test_a_study_without_tables_and_steps(make_study):
    study = make_study({"only": 0})
    study.combined.clear()
    study.provenance.clear()
    text, reader = read(write(study))
    assert len(reader.images) == 3
    assert 'id="tables"' not in text


def test_a_study_of_tables_alone(make_study):
    study = without_images(make_study({"a": 0, "b": 1}))
    _, reader = read(write(study))
    assert len(reader.images) == 5


def test_phases_without_a_grey_volume(make_study):
    study = make_study({"only": 0})
    study.combined.clear()
    study = dataclasses.replace(study, nouns=tuple(noun for noun in study.nouns if noun.noun != "Volume"))
    text, _ = read(write(study))
    assert "From top to bottom: the phases and the particles of sulfur" in text
    assert 'id="histograms"' not in text


def test_a_source_that_is_gone_is_named(make_study):
    study = make_study({"only": 0})
    study.combined.clear()
    gone = next(noun for noun in study.nouns if noun.noun == "Volume")
    del study.held[gone.path]
    text, _ = read(write(study))
    assert "source of only is no longer at" in text


def test_a_volume_on_another_grid_is_not_drawn_under_the_phases(make_study):
    study = make_study({"only": 0})
    study.combined.clear()
    volume = next(noun for noun in study.nouns if noun.noun == "Volume")
    study.held[volume.path] = study.held[volume.path].derive("moved", origin_um=(5.0, 0.0, 0.0))
    text, _ = read(write(study))
    assert 'id="histograms"' not in text


def test_the_threshold_that_the_study_uses_is_marked_in_the_sweep(page):
    text, _ = page
    assert "Dashed: the value that the study uses." in text


def test_a_long_table_is_cut_and_says_where_the_whole_is(page):
    text, _ = page
    assert re.search(r"The first 8 of \d+ rows\. The whole table: tables/phase_profile\.csv\.", text)


def test_differing_parameters_are_told_scan_by_scan(make_study):
    study = without_images(make_study({"a": 0, "b": 1}))
    study.combined.clear()
    record = next(step for step in study.provenance["steps"] if step["step"] == "threshold" and step["scans"] == ["b"])
    record["parameters"] = {"intervals": {"sulfur": [31500, 40000]}, "rest": "carbon-pore"}
    text, _ = read(write(study))
    assert "sulfur from 30\u202f000 up, the rest carbon-pore (a)." in text
    assert "sulfur from 31\u202f500 to 40\u202f000, the rest carbon-pore (b)." in text


def test_a_comparison_shows_its_changes_and_hides_what_is_shown_above(make_study):
    study = without_images(make_study({"a": 0, "b": 1}))
    change = Column("change_of_fraction", "1", "fraction minus that of scan 'a'.")
    frame = pd.DataFrame(
        {"scan": ["a", "b"], "phase": ["x", "x"], "fraction": [0.1234, 0.5], "change_of_fraction": [0.0, 0.3766]}
    )
    columns = (SCAN, PHASE, FRACTION, change)
    study.combined.clear()
    study.combined["comparison-phase_fractions"] = ResultTable(frame, columns=columns, kind="comparison")
    text, reader = read(write(study))
    assert "0.3766" in text
    assert "0.1234" not in text
    assert reader.images == []


def test_numbers_of_a_table_across_scans_stand_under_all_scans(make_study):
    study = without_images(make_study({"a": 0, "b": 1}))
    columns = (Column("shift_um", "um", "Shift of b against a."),)
    study.combined.clear()
    study.combined["alignment"] = ResultTable(pd.DataFrame({"shift_um": [1.25]}), columns=columns, kind="alignment")
    text, _ = read(write(study))
    assert "all scans" in text
    assert "1.25" in text


def test_an_empty_table_is_no_obstacle(make_study):
    study = without_images(make_study({"a": 0, "b": 1}))
    study.combined["particles"] = dataclasses.replace(
        study.combined["particles"], frame=study.combined["particles"].frame.head(0)
    )
    text, _ = read(write(study))
    assert "Particles" in text


def test_a_table_with_hundreds_of_columns_is_cut(make_study):
    study = without_images(make_study({"a": 0}))
    study.combined.clear()
    names = [f"m{i}" for i in range(40)]
    columns = (SCAN, *(Column(name, "1", "Something.") for name in names))
    frame = pd.DataFrame([["a", *np.arange(40.0)]], columns=["scan", *names])
    study.combined["wide"] = ResultTable(frame, columns=columns, kind="wide")
    text, _ = read(write(study))
    assert "28 columns are not shown." in text


def test_an_attribute_in_words_does_not_part_the_key_numbers_of_the_scans(make_study):
    study = dataclasses.replace(without_images(make_study({"a": 0, "b": 1})), compare_by="state")
    columns = (SCAN, Column("state", "", "State of the scan.", "key"), PHASE, FRACTION)
    rows = [("a", "charged", "sulfur", 0.25), ("b", "discharged", "sulfur", 0.125)]
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    study.combined.clear()
    study.combined["phase_fractions"] = ResultTable(frame, columns=columns, kind="phase_fractions")
    text, _ = read(write(study))
    row = re.search(r"<td[^>]*>fraction, sulfur</td>.*?</tr>", text)[0]
    assert re.findall(r'class="n">([^<]*)<', row) == ["0.25", "0.125"]


def test_the_caption_of_a_profile_says_how_it_was_measured_so_along_which_axis(page):
    text, _ = page
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", text, re.DOTALL)
    (profile,) = [caption for caption in captions if "Phase profile." in caption]
    assert "Method: counted." in profile


# ---- renderings, movies, scenes


def frames_small(monkeypatch):
    monkeypatch.setattr("voltome.report.movies.LONGEST_PX", 120)
    monkeypatch.setattr("voltome.report.drawing_bodies.FINEST", 40)


def test_movies_are_written_linked_and_shown(make_study, monkeypatch):
    frames_small(monkeypatch)
    study = make_study({"a": 0, "b/c": 1})
    study.combined.clear()
    _, reader = read(write(study, options=ReportOptions(renderings=False, movies=("slices", "turntable"))))
    names = ["a-slices.gif", "a-turntable.gif", "b-c-slices.gif", "b-c-turntable.gif"]
    assert sorted(path.name for path in (study.folder / "movies").iterdir()) == names
    assert {f"movies/{name}" for name in names} <= set(reader.references)
    assert len([image for image in reader.images if image["src"].startswith("data:image/gif")]) == 4
    write(without_images(study), options=ReportOptions())
    assert not (study.folder / "movies").exists()


def test_movies_beyond_what_the_page_may_hold_lie_beside_it(make_study, monkeypatch):
    frames_small(monkeypatch)
    monkeypatch.setattr("voltome.report.writing.LARGEST_MOVIES", 0)
    study = make_study({"a": 0})
    study.combined.clear()
    text, reader = read(write(study, options=ReportOptions(renderings=False, movies=("turntable",))))
    assert "the page would become too large; it lies beside it: movies/a-turntable.gif" in text
    assert not [image for image in reader.images if image["src"].startswith("data:image/gif")]


def test_scenes_are_in_the_page_and_loaded_when_they_are_opened(make_study):
    study = make_study({"a": 0, "b": 1})
    study.combined.clear()
    text, reader = read(write(study, options=ReportOptions(interactive=True)))
    assert reader.names.count("details") == 2
    assert "iframe" not in reader.names  # made when a scene is opened
    assert not [reference for reference in reader.references if not reference.startswith(("data:image/", "#"))]
    viewer = json.loads(re.search(r'id="scene-viewer">(.*?)</script>', text, re.DOTALL)[1])
    assert viewer.startswith("<!doctype html>")
    scene = re.search(r'id="scene-2" data-camera="([^"]*)">"([^"]*)"</script>', text)
    assert len(scene[1].split(",")) == 9
    assert zlib.decompress(base64.b64decode(scene[2]))
    assert text.index('id="renderings"') < text.index('id="scenes"') < text.index('id="histograms"')


def test_without_k3d_the_report_says_how_to_get_scenes(make_study, monkeypatch):
    monkeypatch.setattr("voltome.report.drawing_bodies.is_available", lambda: False)
    study = make_study({"a": 0})
    study.combined.clear()
    text, reader = read(write(study, options=ReportOptions(interactive=True)))
    assert "the package k3d is not installed" in text
    assert "pip install &#39;voltome[report3d]&#39;" in text
    assert 'id="renderings"' in text
    assert "details" not in reader.names


def test_what_the_study_file_asks_for_is_written_again_only_when_it_changed(make_study):
    study = make_study({"a": 0})
    study.combined.clear()
    study.provenance["report"] = {"renderings": False}
    page = write(study)
    assert 'id="renderings"' not in page.read_text(encoding="utf-8")
    made = page.stat().st_mtime_ns
    assert write(study, redraw=False).stat().st_mtime_ns == made
    write(study, options=ReportOptions(), redraw=False)
    assert 'id="renderings"' in page.read_text(encoding="utf-8")


def test_states_are_drawn_and_their_shares_said(make_study):
    study = without_images(make_study({"a": 0, "b": 1}))
    study.combined.clear()
    labels = np.tile(np.arange(4, dtype=np.uint8), (4, 4, 2))
    path = study.folder / "store" / "states"
    study.held[path] = PhaseImage(labels, voxel_size_um=1, phases={0: "none", 1: "a", 2: "b", 3: "a + b"})
    stored = Stored("all scans", "states", "PhaseImage", "", "states", {"phase": "sulfur"}, path)
    text, _ = read(write(dataclasses.replace(study, nouns=(stored,))))
    assert "Where sulfur is in each state" in text
    assert "from a to b. Shares of the volume of the sample: kept 25 %, lost 25 % and gained 25 %." in text
    assert (study.folder / "figures" / "states-states.svg").is_file()


def test_a_flat_image_is_not_rendered(make_study):
    study = make_study({"a": 0})
    study.combined.clear()
    for path, image in list(study.held.items()):
        study.held[path] = image.derive("one slice", values=image.values[:1])
    text, _ = read(write(study, options=ReportOptions(movies=("slices", "turntable"))))
    assert 'id="renderings"' not in text
    assert not (study.folder / "movies").exists()


def test_distributions_in_bins_are_drawn_with_what_was_left_out(make_study):
    study = without_images(make_study({"a": 0, "b": 1}))
    columns = (
        SCAN,
        Column("radius_um", "um", "Middle.", "position"),
        Column("radius_from_um", "um", "From.", "position"),
        Column("radius_to_um", "um", "To.", "position"),
        Column("share", "1", "Share of the phase volume in the bin."),
        Column("cumulative_share", "1", "Share in balls of at least the lower edge."),
        Column("excluded_volume_fraction", "1", "Left out."),
    )
    bins = ((1.0, 1.0), (2.0, 0.5))
    rows = [(scan, low * 1.4, low, low * 2, 0.5, total, 0.01) for scan in "ab" for low, total in bins]
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    study.combined.clear()
    study.combined["sizes"] = ResultTable(frame, columns=columns, kind="continuous_size_distribution")
    text, reader = read(write(study))
    assert len(reader.images) == 1
    assert "Left: Share of the phase volume in the bin. Right: Share in balls of at least the lower edge." in text
    assert "Left out as too small, as a share of the volume: 1 % (a), 1 % (b)." in text


def test_motions_are_key_numbers_and_a_table_but_no_figure(make_study):
    study = without_images(make_study({"a": 0, "b": 1}))
    columns = (
        SCAN,
        Column("rotation_z_deg", "deg", "Rotation about z."),
        Column("shift_z_um", "um", "Shift along z."),
        Column("residual_um", "um", "Residual."),
    )
    frame = pd.DataFrame([("a", 0.0, 0.0, 0.1), ("b", 12.5, 3.0, 0.2)], columns=[column.name for column in columns])
    study.combined.clear()
    study.combined["align"] = ResultTable(frame, columns=columns, kind="motions")
    text, reader = read(write(study))
    assert reader.images == []
    numbers = re.search(r'<section id="numbers">.*?</section>', text, re.DOTALL)[0]
    assert "residual" in numbers
    assert "rotation" not in numbers
    assert '<span class="unit">°</span>' in text


def test_sizes_are_drawn_in_the_bins_of_the_study_and_not_again_from_the_particles(make_study):
    study = without_images(make_study({"a": 0, "b": 1}))
    study.provenance["simulated"] = ["a"]
    particles = study.tables()["particles"]
    columns = (
        SCAN,
        Column("diameter_um", "um", "Middle.", "position"),
        Column("diameter_from_um", "um", "From.", "position"),
        Column("diameter_to_um", "um", "To.", "position"),
        Column("share", "1", "Share of all particles in the bin; adds up to 1."),
    )
    rows = [(scan, 1.4, 1.0, 2.0, 1.0) for scan in "ab"]
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    sizes = ResultTable(
        frame, columns=columns, kind="size_distribution", method="shares by number; radii below 2 um left out; more"
    )
    study.combined.clear()
    study.combined.update({"particles": particles, "sizes": sizes})
    text, reader = read(write(study))
    assert len(reader.images) == 1
    assert (
        "Share of all particles in the bin. Method: shares by number; radii below 2\u00a0µm left out. Simulated: a."
        in text
    )


WARNING = "3 of 9 particles have <b>too few</b> voxels & more."


def warned(table, *warnings):
    return dataclasses.replace(table, warnings=warnings)


def test_without_warnings_there_is_no_banner(page):
    text, _ = page
    assert "Before you use these numbers." not in text


def test_a_warning_of_several_tables_is_said_once_with_their_names_and_as_text(make_study):
    study = without_images(make_study({"one": 0}))
    tables = study.combined
    changed = {
        "particles": warned(tables["particles"], WARNING, "Few particles."),
        "phase_fractions": warned(tables["phase_fractions"], WARNING),
    }
    text, reader = read(write(dataclasses.replace(study, combined=tables | changed)))
    assert text.count("Before you use these numbers.") == 1
    assert text.count("3 of 9 particles have") == 1
    assert "have &lt;b&gt;too few&lt;/b&gt; voxels &amp; more." in text
    assert "b" not in reader.names
    assert re.search(r'&amp; more\. <span class="soft">\(phase fractions and particles\)</span>', text)
    assert re.search(r'Few particles\. <span class="soft">\(particles\)</span>', text)
    # before the key numbers, which it is about
    assert text.index("Before you use these numbers.") < text.index('<section id="numbers">')


def test_warnings_of_several_scans_name_them(make_study):
    study = without_images(make_study({"one": 0, "two": 5}))
    table = warned(study.combined["particles"], "one: Few particles.", "two: Few particles.")
    text, _ = read(write(dataclasses.replace(study, combined=study.combined | {"particles": table})))
    assert text.count("one: Few particles.") == 1
    assert text.count("two: Few particles.") == 1


def test_warnings_that_differ_in_numbers_alone_are_one_entry_with_the_others_folded(make_study):
    study = without_images(make_study({"one": 0, "two": 5}))
    said = ("one: 3 of 9 are under 2.5 um.", "two: 4 of 8 are under 2.5 um.", "two: Something else.")
    table = warned(study.combined["particles"], *said)
    text, _ = read(write(dataclasses.replace(study, combined=study.combined | {"particles": table})))
    banner = text[text.index("Before you use") : text.index('<section id="numbers">')]
    assert banner.count("<li>") == 2
    assert "one: 3 of 9 are under 2.5 µm." in banner
    assert "<summary>The same with other numbers: two</summary><p>two: 4 of 8 are under 2.5 µm.</p>" in banner


def test_what_another_scan_uses_is_not_marked_in_a_sweep(make_study):
    study = make_study({"swept": 0, "other": 5})
    whole = study.combined["sweep-phase_fractions"]
    swept = ResultTable(whole.frame[whole.frame["scan"] == "swept"], columns=whole.columns, kind=whole.kind)
    assert set(_chosen(study, whole)) == {"swept", "other"}
    assert set(_chosen(study, swept)) == {"swept"}


def test_each_kind_of_scans_is_drawn_from_its_first_to_its_last(make_study):
    study = make_study({f"scan-{i}": i for i in range(7)})
    fields = {"scan-5", "scan-6"}  # these have a noun more: of the five others the first, the last and two between
    more = [dataclasses.replace(study.find(scan=scan)[0], name="diffusion_field") for scan in sorted(fields)]
    study = dataclasses.replace(study, nouns=(*study.nouns, *more))
    assert drawn_scans(study) == ["scan-0", "scan-1", "scan-3", "scan-4", "scan-5", "scan-6"]


def test_more_scans_than_a_rendering_holds_are_rendered_kind_by_kind():
    def box(edge, names):
        return Bodies(np.ones((4, 4, 4), np.uint8), (edge, edge, edge), None, names)

    bodies = {f"p{i}": box(4.0, {}) for i in range(7)} | {
        "a": box(4.0, {"pore": "#000"}),
        "b": box(9.0, {"pore": "#000"}),
    }
    together = [list(each) for each in _drawn_together(bodies)]
    assert together == [[f"p{i}" for i in range(6)], ["p6"], ["a"], ["b"]]
    assert [list(each) for each in _drawn_together({"a": bodies["a"], "p0": bodies["p0"]})] == [["a", "p0"]]


def test_a_scan_with_the_images_of_another_is_not_drawn_again(make_study):
    study = make_study({"cathode": 0, "limits": 0})
    made = {"threshold": "1", "separate_particles": "2"}
    study.provenance["steps"] = [
        {"scans": [scan], "name": name, "step": name, "parameters": {}, "key": key, "inner": False}
        for scan, names in (("cathode", [*made]), ("limits", ["threshold"]))
        for name, key in made.items()
        if name in names
    ]
    nouns = [n for n in study.nouns if n.scan == "cathode" or n.name != "separate_particles"]
    assert drawn_scans(dataclasses.replace(study, nouns=tuple(nouns))) == ["cathode"]


def test_scans_without_steps_are_not_drawn(make_study):
    study = without_images(make_study({"one": 0, "two": 5, "brush": 9}))
    for step in study.provenance["steps"]:
        step["scans"] = [scan for scan in step["scans"] if scan != "brush"]
    assert drawn_scans(study) == ["one", "two"]
