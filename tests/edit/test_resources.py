"""Fonts, look-up tables and code of effects in a document: added, moved, named, removed."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

import pytest

from cutroom.edit import operations as ops
from cutroom.edit.apply import apply
from cutroom.edit.difference import differences
from cutroom.edit.history import History, Step
from cutroom.edit.project_file import dump, parse
from cutroom.edit.relocate import Move
from cutroom.errors import EditError, ProjectFileError, ValidationError
from cutroom.schema.clip import TitleSource, TitleStyle
from cutroom.schema.cue import Cue
from cutroom.schema.document import Document
from cutroom.schema.media import Fingerprint
from cutroom.schema.resource import LARGEST_PAYLOAD, MOST_PAYLOADS, MOST_RESOURCES, Resource


def file(content: bytes = b"font", path: str = "fonts/A.ttf", kind: str = "font") -> Resource:
    fingerprint = Fingerprint(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    return Resource(kind=kind, path=path, fingerprint=fingerprint)  # type: ignore[arg-type]


def titled(font: Resource) -> Document:
    made = apply(Document(id="p"), ops.AddResource(resource=font)).document
    made = apply(made, ops.AddTrack(track="title", title="T1")).document
    source = TitleSource(text="Hi", style=TitleStyle(font=font.sha256))
    return apply(made, ops.Append(track="T1", source=source, duration=Fraction(1))).document


def test_the_same_content_is_one_resource_that_lies_where_it_was_named_last() -> None:
    one = apply(Document(id="p"), ops.AddResource(resource=file())).document
    two = apply(one, ops.AddResource(resource=file(path="B.ttf")))
    assert two.created == (file().sha256,)
    assert [known.path for known in two.document.resources] == ["B.ttf"]
    assert [known.path for known in one.resources] == ["fonts/A.ttf"]


def test_what_a_title_or_a_subtitle_names_is_there_and_stays() -> None:
    font = file()
    document = titled(font)
    assert document.used_resources == {font.sha256}
    with pytest.raises(EditError, match=r"A\.ttf is used"):
        apply(document, ops.RemoveResource(resource=font.sha256))
    plain = TitleSource(text="Hi")
    (clip,) = [clip for _, clip in document.everywhere()]
    bare = apply(document, ops.SetTitle(clip=clip.id, source=plain)).document
    assert not bare.used_resources
    assert not apply(bare, ops.RemoveResource(resource=font.sha256)).document.resources
    unknown = TitleStyle(font="0" * 64)
    with pytest.raises(EditError, match="no resource"):
        apply(document, ops.SetTitle(clip=clip.id, source=plain.replace(style=unknown)))
    document = apply(document, ops.AddTrack(track="subtitle", title="S1")).document
    cue = Cue(id="u", start=0, end=1, text="Hi", style=TitleStyle(font=font.sha256))
    with pytest.raises(EditError, match="no resource"):
        apply(document, ops.SetCues(track="S1", cues=(cue.replace(style=unknown),)))
    subtitled = apply(document, ops.SetCues(track="S1", cues=(cue,))).document
    assert subtitled.used_resources == {font.sha256}


def test_a_lut_is_no_font() -> None:
    lut = file(kind="lut", path="A.cube")
    with pytest.raises(EditError, match=r"A\.ttf is a font"):
        apply(titled(file()), ops.AddResource(resource=lut))
    with pytest.raises(EditError, match="is no font"):
        titled(lut)


def test_an_effect_inside_of_a_compound_uses_what_it_names() -> None:
    lut = file(b"lut", kind="lut", path="A.cube")
    document = apply(titled(file()), ops.AddResource(resource=lut)).document
    document = apply(document, ops.AddTrack(track="video", title="V1")).document
    (clip,) = [clip for _, clip in document.everywhere()]
    document = apply(document, ops.Move(clip=clip.id, to=0, track="V1")).document
    document = apply(document, ops.AddEffect(clip=clip.id, effect="lut3d", parameters={"file": lut.sha256})).document
    document = apply(document, ops.Nest(clips=(clip.id,), title="Scene")).document
    assert document.used_resources == {lut.sha256, file().sha256}


def test_code_travels_in_the_project_and_is_what_its_digest_says() -> None:
    code = Resource.of_payload(b"code", source="def f(frame): ...")
    document = apply(Document(id="p"), ops.AddResource(resource=code)).document
    assert parse(dump(document), name="p").resources == (code,)
    with pytest.raises(ValueError, match="not what its SHA-256"):
        Resource(kind="python", fingerprint=file().fingerprint, payload=code.payload)
    with pytest.raises(ValidationError, match="at most 1 MiB"):
        code.replace(payload="AAAA" * (LARGEST_PAYLOAD // 3 + 1))
    with pytest.raises(ValidationError, match="base64"):
        code.replace(payload="!")
    with pytest.raises(ValidationError, match="named by its path"):
        file().replace(payload="AAAA")


def test_a_project_has_not_more_than_so_many() -> None:
    document = Document(id="p", resources=tuple(file(bytes([i % 256, i // 256])) for i in range(MOST_RESOURCES)))
    with pytest.raises(EditError, match="at most 1000"):
        apply(document, ops.AddResource(resource=file(b"one more")))


def test_a_project_does_not_hold_more_code_than_a_file_can() -> None:
    code = [
        Resource.of_payload(bytes([i]) * LARGEST_PAYLOAD, source="") for i in range(MOST_PAYLOADS // LARGEST_PAYLOAD)
    ]
    document = Document(id="p", resources=tuple(code))
    assert apply(document, ops.AddResource(resource=code[0])).document == document
    with pytest.raises(EditError, match="at most 32 MiB of code"):
        apply(document, ops.AddResource(resource=Resource.of_payload(b"more", source="")))


def test_a_file_that_names_what_is_not_there_is_refused() -> None:
    document = titled(file())
    with pytest.raises(ProjectFileError, match=r"no font .* at \$\.timeline\.tracks\[0\]\.items\[0\]\.source\.style"):
        parse(dump(document.evolve(resources=())), name="p")
    with pytest.raises(ProjectFileError, match=r"stands twice at \$\.resources\[1\]"):
        parse(dump(document.evolve(resources=document.resources * 2)), name="p")
    assert parse(dump(document), name="p") == document


def test_paths_stay_true_when_a_project_moves_and_so_do_its_steps(tmp_path: Path) -> None:
    before, operation = Document(id="p"), ops.AddResource(resource=file())
    after = apply(before, operation).document
    move = Move(tmp_path / "a", tmp_path / "a" / "fonts")
    assert [one.path for one in move.document(after).resources] == [str(tmp_path / "a" / "fonts" / "A.ttf")[-5:]]
    history = move.history(History().add(Step("add", operation, before, after, ())))
    moved = history.steps[0].operation
    assert isinstance(moved, ops.AddResource)
    assert moved.resource.path == "A.ttf"


def test_a_difference_names_it() -> None:
    plain, with_font = Document(id="p"), apply(Document(id="p"), ops.AddResource(resource=file())).document
    (row,) = differences(plain, with_font)
    assert (row.what, row.change) == ("resource", "added")
    elsewhere = apply(with_font, ops.AddResource(resource=file(path="B.ttf"))).document
    (row,) = differences(with_font, elsewhere)
    assert (row.field, row.before, row.after) == ("path", "A.ttf", "B.ttf")
