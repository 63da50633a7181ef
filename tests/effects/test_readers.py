from __future__ import annotations

import hashlib
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.run import PictureRunner, Readers
from cutroom.effects.segment import VideoInput
from cutroom.errors import AccessDeniedError, MediaError, MediaNotFoundError
from cutroom.workers.context import Direct


class Counting(Direct):
    """Counts how often files are opened."""

    opened = 0

    def open(self, path):
        self.opened += 1
        return super().open(path)


def _input(studio, media):
    found = studio.media[media]
    return VideoInput(sha256=found.fingerprint.sha256, stream=found.video)


def _level(frame):
    return int(np.frombuffer(frame.planes[0], np.uint8)[0])


@pytest.fixture
def film(studio):
    return studio.film(lambda i: studio.flat(20 + i), 60)


def test_readers_are_used_again_and_the_nearest_one_is_taken(studio, film):
    context = Counting()
    with Readers(context, studio.paths) as readers:
        wanted = _input(studio, film)
        first, second = readers.lend(wanted, Fraction(0)), readers.lend(wanted, Fraction(1))
        assert _level(first.frame_at(Fraction(0))) == 20
        assert _level(second.frame_at(Fraction(1))) == 50
        first.close()
        second.close()
        assert readers.idle == 2
        assert readers.lend(wanted, Fraction(31, 30)) is second
        assert readers.lend(wanted, Fraction(31, 30)) is first
        assert context.opened == 2


def test_only_so_many_stay_open(studio, film):
    with Readers(Direct(), studio.paths, keep=2) as readers:
        loans = [readers.lend(_input(studio, film), Fraction(i)) for i in range(4)]
        for loan in loans:
            loan.close()
        assert readers.idle == 2


def test_between_tasks_no_file_is_held_and_the_next_task_must_grant_it(studio, film):
    readers = Readers(Direct(), studio.paths)
    wanted, path = _input(studio, film), studio.media[film].path
    with readers.lend(wanted, Fraction(0)) as loan:
        loan.frame_at(Fraction(0))
    readers.release()
    readers.attach(Direct(only=[]), studio.paths)
    with pytest.raises(AccessDeniedError):
        readers.lend(wanted, Fraction(1))
    context = Counting(only=[path])
    readers.attach(context, studio.paths)
    with readers.lend(wanted, Fraction(1, 30)) as loan:
        assert _level(loan.frame_at(Fraction(1, 30))) == 21
        assert _level(loan.frame_at(Fraction(40, 30))) == 60
    readers.close()


def test_a_file_of_another_length_is_read_afresh(studio, film, tmp_path):
    other = studio.film(lambda i: studio.flat(120 + i), 30)
    path = tmp_path / "changing.mkv"
    shutil.copy(studio.media[film].path, path)
    paths = {studio.media[film].fingerprint.sha256: str(path)}
    readers = Readers(Direct(), paths)
    with readers.lend(_input(studio, film), Fraction(0)) as loan:
        assert _level(loan.frame_at(Fraction(0))) == 20
    readers.release()
    shutil.copy(studio.media[other].path, path)
    with readers.lend(_input(studio, film), Fraction(0)) as loan:
        assert _level(loan.frame_at(Fraction(0))) == 120
    readers.close()


def test_a_reader_that_failed_is_not_lent_again(studio, film):
    with Readers(Direct(), studio.paths) as readers:
        loan = readers.lend(_input(studio, film), Fraction(0))
        loan.reader.close()
        with pytest.raises(Exception, match=r"."):
            loan.frame_at(Fraction(1))
        loan.close()
        assert readers.idle == 0


def test_a_file_that_is_gone_or_no_media_is_an_error_and_leaves_nothing_open(studio, film):
    document = studio.document(studio.track(studio.clip(film, 1), studio.clip(film, 1)))
    segment = compile_picture(document, 0, 1)
    path = studio.media[film].path
    Path(path).write_bytes(b"nothing of value")
    with Readers(Direct(), studio.paths) as readers:
        with pytest.raises(MediaError):
            PictureRunner(segment, readers)
        assert readers.idle == 0
    Path(path).unlink()
    with Readers(Direct(), studio.paths) as readers, pytest.raises(OSError, match=r"."):
        PictureRunner(segment, readers)


def test_a_picture_in_picture_of_one_file_has_a_reader_for_each_place(studio, film):
    small = [studio.effect("transform", scale=0.5)]
    document = studio.document(studio.track(studio.clip(film, 1)), studio.track(studio.clip(film, 1, 1, effects=small)))
    context = Counting()
    segment = compile_picture(document, 0, 20)
    with Readers(context, studio.paths) as readers, PictureRunner(segment, readers) as runner:
        for i in range(20):
            y = np.frombuffer(runner.frame(i).planes[0], np.uint8).reshape(180, -1)
            assert (y[0, 0], y[90, 160]) == (20 + i, 50 + i)
        assert context.opened == 2


def test_every_frame_is_ones_own(studio, film):
    clip = studio.clip(film, 1)
    title = studio.title("x", 1)
    for document in (studio.document(studio.track(clip)), studio.document(studio.track(title)), studio.document()):
        segment = compile_picture(document, 0, 3)
        with studio.readers() as readers, PictureRunner(segment, readers) as runner:
            frames = [runner.frame(i) for i in range(3)]
            assert [frame.pts for frame in frames] == [0, 1, 2]
            assert {frame.time_base for frame in frames} == {Fraction(1, 30)}
            assert {(f.colorspace, f.color_range, f.color_primaries, f.color_trc) for f in frames} == {(1, 1, 1, 1)}
            held = [runner.frame(2) for _ in range(3)]
            held[0].pts = 77
            assert held[1].pts == 2
            assert len({id(frame) for frame in held}) == 3


def test_the_bytes_of_a_resource_are_read_once_and_are_what_their_digest_says(tmp_path):
    (tmp_path / "warm.cube").write_bytes(b"table")
    sha256 = hashlib.sha256(b"table").hexdigest()
    context = Counting()
    readers = Readers(context, {sha256: str(tmp_path / "warm.cube")})
    assert readers.resource(sha256) == readers.resource(sha256) == b"table"
    assert context.opened == 1
    (tmp_path / "warm.cube").write_bytes(b"other")
    with pytest.raises(MediaError, match=r"warm\.cube has changed"):
        Readers(Direct(), {sha256: str(tmp_path / "warm.cube")}).resource(sha256)
    readers.attach(context, {})
    with pytest.raises(MediaNotFoundError, match="no file is known for resource"):
        readers.resource(sha256)


def test_only_so_many_bytes_of_resources_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("cutroom.effects.readers._MOST_KEPT", 250)
    files = {}
    for number in range(3):
        content = bytes([number]) * 100
        path = tmp_path / f"{number}.cube"
        path.write_bytes(content)
        files[hashlib.sha256(content).hexdigest()] = str(path)
    first, second, third = files
    context = Counting()
    with Readers(context, files) as readers:
        for wanted in (first, second, first, third):
            assert len(readers.resource(wanted)) == 100
        assert context.opened == 3
        readers.resource(first)  # asked for later than the second
        assert context.opened == 3
        readers.resource(second)
        assert context.opened == 4
