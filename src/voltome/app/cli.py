"""The command line: ``voltome demo | run | reconstruct | check | describe | convert | report | export | schema | ...

Exit codes: 0 done; 1 the data or the study is at fault (one clear message, no traceback); 2 wrong usage.
``voltome --debug COMMAND`` shows the traceback.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from voltome.app.progress import shown_progress
from voltome.errors import VoltomeError

__all__ = ["main"]

app = typer.Typer(
    name="voltome",
    help="X-ray images of batteries to numbers you can trust.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

StudyFile = Annotated[Path, typer.Argument(metavar="STUDY", help="The study file (YAML).")]
ResultsFolder = Annotated[Path, typer.Argument(metavar="RESULTS", help="The folder of a finished run.")]
ResultsOption = Annotated[
    Path | None, typer.Option("--results", help="Where results go; by default STUDY-results beside the study file.")
]


INTERRUPTED = 130
"""Exit code after Ctrl-C."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no umlaut still gets its line
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    try:
        app(args=arguments, prog_name="voltome")
    except VoltomeError as error:
        if debug:
            raise
        print(f"voltome: {error}", file=sys.stderr)
        for note in getattr(error, "__notes__", ()):
            print(f"  {note}", file=sys.stderr)
        sys.exit(1)
    except SystemExit as left:
        if left.code == INTERRUPTED:
            print(
                "voltome: interrupted; what was finished is kept, and the same command goes on there", file=sys.stderr
            )
        raise


def _console() -> Console:
    """Return the console; lines are not broken where nobody reads along."""
    return Console(soft_wrap=True)


def _say(text: str) -> None:
    """Print plain text."""
    print(text, flush=True)


@app.command()
def run(study: StudyFile, results: ResultsOption = None) -> None:
    """Run a study, write its tables, figures and report."""
    from voltome import report as reports
    from voltome import study as studies

    loaded = studies.load(study)
    with shown_progress(_console()) as progress:
        finished = studies.run(loaded, folder=results, progress=progress)
        page = reports.write(finished, redraw=False, progress=progress)
    for warning in dict.fromkeys(text for table in finished.tables().values() for text in table.warnings):
        _say(f"note: {warning}")
    _say(f"tables: {finished.folder / 'tables'}")
    _say(f"report: {page}")


@app.command()
def reconstruct(
    study: StudyFile,
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The volume to write, OUT.ome.zarr.")],
    scan: Annotated[str | None, typer.Option(help="The scan, where the study has several.")] = None,
    memory_gb: Annotated[
        float | None, typer.Option(help="Memory to stay within, in GB; by default 80 % of what is free.")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only say how it would be done, and its memory.")] = False,
) -> None:
    """Reconstruct a scan larger than memory, in slabs, by the steps of a study up to its first volume."""
    from voltome import io
    from voltome import study as studies

    loaded = studies.load(study)
    if plan:
        _say(str(studies.plan_slabs(loaded, scan=scan, memory_gb=memory_gb)))
        return
    with shown_progress(_console()) as progress:
        written = studies.reconstruct(loaded, target, scan=scan, memory_gb=memory_gb, progress=progress)
    _say(str(io.describe(str(written))))


@app.command()
def check(study: StudyFile) -> None:
    """Check a study completely without running it, and show what would be done."""
    from voltome import study as studies
    from voltome.app.plan import plan_in_words

    _say(plan_in_words(studies.load(study)))


@app.command()
def describe(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file, a folder of slices, or a glob.")],
) -> None:
    """Say what is in a file and what is missing."""
    from voltome import io

    _say(str(io.describe(file)))


@app.command()
def convert(
    source: Annotated[str, typer.Argument(metavar="IN", help="A file, a folder of slices, or a glob.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The new file; its ending says the format.")],
    voxel_size_um: Annotated[
        str | None, typer.Option(help="Voxel size in um, one number or z,y,x, where the file does not say it.")
    ] = None,
    overrule: Annotated[
        bool, typer.Option("--overrule", help="Use this voxel size even if the file says another.")
    ] = False,
    ngff: Annotated[
        Literal["0.5", "0.4"], typer.Option(help="Version of OME-Zarr: 0.5, or 0.4 for older programs.")
    ] = "0.5",
    compressed: Annotated[
        bool, typer.Option("--compressed", help="Pack the values of NRRD and MetaImage; OME-Zarr and HDF5 always are.")
    ] = False,
) -> None:
    """Convert an image from one format to another."""
    from voltome import io

    size = _voxel_size(voxel_size_um)
    written = io.convert(source, str(target), voxel_size_um=size, overrule=overrule, ngff=ngff, compressed=compressed)
    _say(str(io.describe(str(written))))


@app.command()
def report(
    results: ResultsFolder,
    renderings: Annotated[
        bool | None, typer.Option(help="Pictures in three dimensions; by default as the study file says.")
    ] = None,
    interactive: Annotated[
        bool | None, typer.Option(help="Scenes to be turned by hand; by default as the study file says.")
    ] = None,
    movies: Annotated[
        bool | None, typer.Option(help="Movies of slices and turntables; by default as the study file says.")
    ] = None,
) -> None:
    """Write the figures and the report of a finished run again."""
    from voltome import report as reports
    from voltome import study as studies

    finished = studies.load_results(results)
    said = {
        "renderings": renderings,
        "interactive": interactive,
        "movies": None if movies is None else studies.MOVIES if movies else (),
    }
    options = finished.report.model_copy(update={key: value for key, value in said.items() if value is not None})
    with shown_progress(_console()) as progress:
        page = reports.write(finished, options=options, progress=progress)
    _say(f"report: {page}")


@app.command()
def export(
    results: ResultsFolder,
    to: Annotated[
        Path | None, typer.Option("--to", help="The folder for the files; by default export in RESULTS.")
    ] = None,
    file_format: Annotated[
        Literal["vtk"],
        typer.Option("--format", help="vtk: images as .vti, lines as .vtp, as ParaView opens them."),
    ] = "vtk",
) -> None:
    """Write images, fields, streamlines and networks of a finished run as files for other programs."""
    from voltome import export as exports
    from voltome import study as studies

    with shown_progress(_console()) as progress:
        exported = exports.export_results(
            studies.load_results(results), folder=to, file_format=file_format, progress=progress
        )
    for sentence in exported.left_out:
        _say(f"note: {sentence}")
    _say(f"files: {len(exported.files)} in {exported.folder}")


@app.command()
def schema() -> None:
    """Print the JSON schema of a study file, for editors."""
    from voltome import study as studies

    _say(json.dumps(studies.schema(), indent=1, ensure_ascii=False))


@app.command()
def cite(results: ResultsFolder) -> None:
    """Say what to cite for a finished run."""
    from voltome import study as studies

    finished = studies.load_results(results)
    _say(f"voltome {finished.provenance['voltome_version']}, voltome developers (see CITATION.cff)")
    for reference in finished.provenance["references"]:
        _say(f"{reference['citation']} [{', '.join(reference['steps'])}]")


@app.command()
def demo(
    name: Annotated[str, typer.Argument(metavar="[PAPER]", help="Which demonstration.")] = "spheres",
    results: Annotated[Path, typer.Option("--folder", help="Where it is made.")] = Path("demo"),
) -> None:
    """Make a twin with known truth, run a study on it, and print recovered against true."""
    from voltome import papers
    from voltome import report as reports

    demonstration = papers.demonstration(name)
    with shown_progress(_console()) as progress:
        shown = demonstration.run(results, progress=progress)
        page = reports.write(shown.results, redraw=False, progress=progress)
    _say(shown.text)
    _say(f"\nstudy:  {shown.study_file}\ntables: {shown.results.folder / 'tables'}\nreport: {page}")


def _voxel_size(text: str | None) -> float | tuple[float, float, float] | None:
    """Return a voxel size from the command line."""
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 1:
        return numbers[0]
    if len(numbers) == 3:
        return numbers[0], numbers[1], numbers[2]
    raise typer.BadParameter(f"{text!r} is not one number or z,y,x", param_hint="--voxel-size-um")


if __name__ == "__main__":
    main()
