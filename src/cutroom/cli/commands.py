"""The commands."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Annotated, Literal

import typer

from cutroom.cli.output import fails_clearly, print_json, say
from cutroom.demo.tables import show_table
from cutroom.errors import OutputError

app = typer.Typer(
    help="A video editor that lives in Jupyter.", no_args_is_help=True, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
jobs_app = typer.Typer(help="Background jobs: list, follow, cancel.", no_args_is_help=True)
app.add_typer(jobs_app, name="jobs")

JobId = Annotated[str, typer.Argument(help="Id of a job, as `cutroom jobs list` shows it.")]
Packing = Literal["used", "all", "proxies", "none"]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command()
@fails_clearly
def demo(
    folder: Annotated[Path, typer.Option("--out", help="Where the film, the project and the export go.")] = Path(
        "demo-output"
    ),
    seconds: Annotated[float, typer.Option(help="Length of the demo film, from 2 to 7200.")] = 40.0,
    as_json: AsJson = False,
) -> None:
    """Make a film, find what is in it, cut by what was found, export in the background, verify."""
    from cutroom.demo.story import tell

    made = tell(folder, seconds=seconds, quiet=as_json)
    if as_json:
        print_json(made)


@app.command()
def lab(notebook: Annotated[Path | None, typer.Argument(help="A notebook to open.")] = None) -> None:
    """Open JupyterLab."""
    try:
        import jupyterlab  # noqa: F401
    except ImportError:
        typer.secho("error: JupyterLab is not installed\n  → pip install 'cutroom[lab]'", fg="red", err=True)
        raise typer.Exit(1) from None
    command = [sys.executable, "-m", "jupyter", "lab", *([str(notebook)] if notebook else [])]
    raise typer.Exit(subprocess.run(command, check=False).returncode)


@app.command()
@fails_clearly
def probe(files: Annotated[list[Path], typer.Argument(help="Media files.")], as_json: AsJson = False) -> None:
    """What media files are: streams, exact durations, digests, warnings."""
    from cutroom.api.project import Project

    library = Project.create().media
    with warnings.catch_warnings(action="ignore"):  # they are shown below
        found = [library.add(file) for file in files]
    if as_json:
        print_json([media.value.model_dump(mode="json") for media in found])
        return
    show_table(library.to_df().drop(columns=["id"]), rows=100)
    for media in found:
        for warning in media.warnings:
            typer.secho(f"{media.path}: {warning}", fg="yellow", err=True)


@app.command()
@fails_clearly
def export(
    project: Annotated[Path, typer.Argument(help="A project file (.tlp).")],
    output: Annotated[
        Path,
        typer.Argument(
            help="The file to write, with the preset's suffix; an existing one is replaced when the new one is whole."
        ),
    ],
    preset: Annotated[str, typer.Option(help="See cr.presets.to_df().")] = "h264",
    span: Annotated[tuple[str, str] | None, typer.Option(help="Only from START to END.", metavar="START END")] = None,
    on_error: Annotated[
        Literal["fail", "slate"], typer.Option(help="A damaged source: fail, or show nothing there and say so.")
    ] = "fail",
    background: Annotated[bool, typer.Option("--background", help="Return at once; follow with cutroom jobs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Export a project as it is at this moment, also one that a notebook has open; the project is only read."""
    from cutroom.api.reading import read_only
    from cutroom.api.renderer import Renderer

    snapshot = read_only(project)
    if snapshot.recovered:
        typer.secho(f"{project.name} {snapshot.recovered}", fg="yellow", err=True)
    renderer = Renderer(snapshot, preset=preset, on_error=on_error)
    if background:
        job = renderer.submit(output, span=span)
        print_json({"job": job.id}) if as_json else say(job.id)
        return
    report = renderer.render(output, span=span)
    if as_json:
        print_json(report.model_dump(mode="json"))
    else:
        say(str(report))


@app.command()
@fails_clearly
def pack(
    project: Annotated[Path, typer.Argument(help="A project file (.tlp).")],
    output: Annotated[Path, typer.Argument(help="The .zip to write; replaced when the new one is whole.")],
    media: Annotated[Packing, typer.Option(help="The used ones, all, proxies of the used ones, or none.")] = "used",
    as_json: AsJson = False,
) -> None:
    """Put a project and its media into one file, to hand to somebody.

    The project is only read; for a pack of proxies it is opened, and keeps those that are made.
    """
    from cutroom.api.project import Project
    from cutroom.api.reading import read_only

    snapshot = Project.open(project) if media == "proxies" else read_only(project)
    if snapshot.recovered:
        typer.secho(f"{project.name} {snapshot.recovered}", fg="yellow", err=True)
    try:
        packed = snapshot.pack(output, media=media)
    finally:
        snapshot.close()
    if as_json:
        print_json({**dataclasses.asdict(packed), "path": str(packed.path)})
        return
    say(f"{packed.path}: {len(packed.files)} media, {packed.size / 1e6:.1f} MB")
    for path in packed.left_out:
        say(f"    left out: {path}")


@app.command()
@fails_clearly
def unpack(
    pack: Annotated[Path, typer.Argument(help="What `cutroom pack` has written.")],
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    as_json: AsJson = False,
) -> None:
    """Put what a pack holds into a new folder; what is not as its project says is refused."""
    from cutroom.api.project import Project

    project = Project.unpack(pack, folder)
    path = str(project.path)
    project.close()
    print_json({"project": path}) if as_json else say(path)


@app.command()
@fails_clearly
def detect(
    file: Annotated[Path, typer.Argument(help="A media file.")],
    model: Annotated[str, typer.Option(help="A name of cr.models.to_df(), or a path to .onnx.")] = "shapes",
    every: Annotated[str | None, typer.Option(help="Look every so many seconds; default: at every frame.")] = None,
    confidence: Annotated[float, typer.Option(help="Lowest score that counts.")] = 0.25,
    output: Annotated[Path | None, typer.Option("--out", help="Write the table here (.csv or .json).")] = None,
    as_json: AsJson = False,
) -> None:
    """Find objects in a film."""
    from cutroom.api.detect import detect as run_detect
    from cutroom.edit.project_file import write_whole

    if output and output.suffix.lower() not in {".csv", ".json"}:
        raise OutputError(
            f"a table is not written as {output.name!r}", value=str(output), hint="end its name in .csv or .json"
        )
    found = run_detect(file, model, every=every, confidence=confidence)
    table = found.to_df()
    if output:
        text = table.to_json(orient="records") if output.suffix.lower() == ".json" else table.to_csv(index=False)
        write_whole(output.absolute(), text.encode())
    if as_json:
        print_json(table)
    else:
        show_table(found.tracks_df())
        say(f"{len(table)} boxes in {len(found.frames_df())} frames" + (f", written to {output}" if output else ""))


@app.command()
@fails_clearly
def doctor(as_json: AsJson = False) -> None:
    """Check this installation: versions, folders, sandbox, encoder, front end, kernel."""
    from cutroom.cli.doctor import examine

    findings = examine()
    if as_json:
        print_json([finding._asdict() for finding in findings])
    else:
        marks = {"ok": "✓", "warn": "!", "fail": "✗"}
        for finding in findings:
            say(f"{marks[finding.state]} {finding.subject}: {finding.says}")
            if finding.remedy:
                say(f"    → {finding.remedy}")
    if any(finding.state == "fail" for finding in findings):
        raise typer.Exit(1)


@jobs_app.command("list")
@fails_clearly
def jobs_list(as_json: AsJson = False) -> None:
    """All jobs, newest first."""
    from cutroom import jobs

    table = jobs.to_df()
    print_json(table) if as_json else show_table(table[["id", "kind", "state", "title", "done", "total", "created"]])


@jobs_app.command("attach")
@fails_clearly
def jobs_attach(job: JobId, as_json: AsJson = False) -> None:
    """Follow a job to its end and print its report."""
    from cutroom import jobs

    result = jobs.attach(job).result()
    print_json(result.model_dump(mode="json")) if as_json else say(str(result))


@jobs_app.command("cancel")
@fails_clearly
def jobs_cancel(job: JobId, as_json: AsJson = False) -> None:
    """Stop a job; nothing half-written stays."""
    from cutroom import jobs

    state = jobs.attach(job).cancel()
    print_json({"job": job, "state": state}) if as_json else say(state)


@jobs_app.command("logs")
@fails_clearly
def jobs_logs(job: JobId, as_json: AsJson = False) -> None:
    """What a job's kernel printed."""
    from cutroom import jobs

    text = jobs.attach(job).logs
    print_json({"job": job, "logs": text}) if as_json else say(text.rstrip())
