"""Files that effects name are resources of the project, of the right kind, wherever the effect stands."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from cutroom.effects.catalogue.luts import LUTS
from cutroom.effects.checks import check, kind_on, require_files, require_title
from cutroom.effects.registry import EffectSpec, Registry, default_registry
from cutroom.errors import ValidationError
from cutroom.schema.clip import Clip, MediaSource, TitleSource
from cutroom.schema.document import Document, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.media import Fingerprint
from cutroom.schema.resource import Resource
from cutroom.schema.track import Track

LUT, FONT = "a" * 64, "b" * 64
(SPEC,) = LUTS


def _resource(kind: str, sha256: str, path: str) -> Resource:
    return Resource.model_validate({"kind": kind, "path": path, "fingerprint": Fingerprint(sha256=sha256, size=9)})


RESOURCES = (_resource("font", FONT, "type/letters.ttf"), _resource("lut", LUT, "looks/warm.cube"))


def _lut(sha256: str = LUT) -> Effect:
    return Effect(id="e_1", effect="lut3d", parameters={"file": sha256})


def _document(effect: Effect, *resources: Resource) -> Document:
    clip = Clip(id="c_1", source=TitleSource(text="Hi"), duration=Fraction(1), effects=(effect,))
    track = Track(id="t_1", kind="video", title="V1", items=(clip,))
    return Document(id="p_1", resources=resources, timeline=Timeline(tracks=(track,)))


def test_a_file_that_is_a_resource_of_its_kind_is_taken() -> None:
    require_files(SPEC, _lut(), _document(_lut(), *RESOURCES))
    check(_document(_lut(), *RESOURCES))
    check(_document(_lut(), *reversed(RESOURCES)))


def test_a_file_that_is_no_resource_is_refused() -> None:
    for document in (_document(_lut()), _document(_lut(), RESOURCES[0])):
        with pytest.raises(ValidationError, match="lut3d: file is no resource of the project") as caught:
            require_files(SPEC, _lut(), document)
        assert caught.value.value == LUT
        assert caught.value.hint == "give the path of a lut file"
        with pytest.raises(ValidationError, match="is no resource of the project"):
            check(document)


def test_a_file_of_another_kind_is_refused_by_its_name() -> None:
    wrong = _lut(FONT)
    with pytest.raises(ValidationError, match=r"lut3d: file is letters\.ttf, a font"):
        require_files(SPEC, wrong, _document(wrong, *RESOURCES))
    with pytest.raises(ValidationError, match=r"letters\.ttf, a font"):
        check(_document(wrong, *RESOURCES))


def test_a_switched_off_effect_is_looked_at_too() -> None:
    off = _lut().evolve(enabled=False)
    with pytest.raises(ValidationError, match="is no resource"):
        check(_document(off))


def test_a_text_that_looks_like_a_digest_is_no_file() -> None:
    spec = default_registry().effect("cell")
    named = Effect(id="e_1", effect="cell", parameters={"polygon": LUT})
    require_files(spec, named, _document(named))


def test_a_file_that_need_not_be_given_may_be_missing() -> None:
    (file, *rest) = SPEC.parameters

    free = EffectSpec("free", "video", "Does nothing.", (replace(file, required=False), *rest), lambda *_: ())
    for values in ({}, {"file": ""}):
        effect = Effect(id="e_1", effect="free", parameters=values)
        check(_document(effect), Registry((free,), ()))


def test_each_of_several_files_is_looked_at() -> None:
    file = replace(SPEC.parameters[0], required=False)
    spec = EffectSpec("two", "video", "Does nothing.", (file, replace(file, key="other")), lambda *_: ())
    effect = Effect(id="e_1", effect="two", parameters={"other": FONT})
    with pytest.raises(ValidationError, match=r"two: other is letters\.ttf"):
        require_files(spec, effect, _document(effect, *RESOURCES))


def test_a_required_file_is_asked_for_by_its_name() -> None:
    for values in ({}, {"file": ""}, {"strength": 0.5}):
        effect = Effect(id="e_1", effect="lut3d", parameters=values)
        with pytest.raises(ValidationError, match="lut3d needs a file"):
            check(_document(effect, *RESOURCES))


def test_an_effect_of_titles_stays_on_titles() -> None:
    spec = default_registry().effect("typewriter")
    title = _document(_lut(), *RESOURCES).clip("c_1")
    require_title(spec, title)
    film = title.evolve(source=MediaSource(media="m_1"))
    require_title(default_registry().effect("blur"), film)
    with pytest.raises(ValidationError, match="typewriter works on titles, and clip c_1 is none"):
        require_title(spec, film)


def test_only_tracks_of_sound_take_effects_of_sound() -> None:
    assert [kind_on(kind) for kind in ("video", "audio", "title")] == ["video", "audio", "video"]
