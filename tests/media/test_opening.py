from __future__ import annotations

import io
import struct
import threading
from collections.abc import Callable
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import av
import pytest

from cutroom.errors import DamagedMediaError, MediaError, UnsupportedMediaError
from cutroom.media.opening import MAX_PIXELS, open_container, origin
from cutroom.media.probing import probe_file

Make = Callable[..., Path]


@pytest.mark.parametrize(
    "content",
    [
        b"Good morning, this is a text and no film. " * 50,
        b"\0" * 5000,
        b"%PDF-1.7 ...",
        b"\x1f\x8b\x08" + bytes(200),
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n",
    ],
)
def test_what_is_no_media_is_refused(content: bytes) -> None:
    with pytest.raises(UnsupportedMediaError) as caught:
        open_container(io.BytesIO(content))
    assert caught.value.hint


@pytest.mark.parametrize("magic", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBPVP8 "])
def test_still_pictures_are_named_as_such(magic: bytes) -> None:
    with pytest.raises(UnsupportedMediaError, match="still picture"):
        open_container(io.BytesIO(magic + bytes(500)))


def test_an_empty_file_is_damaged() -> None:
    with pytest.raises(DamagedMediaError, match="empty"):
        open_container(io.BytesIO(b""))


def test_a_film_cut_short_before_its_index_is_damaged(film: Make) -> None:
    data = film("h264.mp4", options={"bf": "2", "g": "12"}).read_bytes()
    with pytest.raises(DamagedMediaError) as caught:
        open_container(io.BytesIO(data[: len(data) // 2]))
    assert "cut short" in str(caught.value)


def test_a_playlist_cannot_reach_the_network() -> None:
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/x.ts"
        playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{url}\n#EXT-X-ENDLIST\n".encode()
        with pytest.raises(UnsupportedMediaError):
            open_container(io.BytesIO(playlist))
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []


def test_pictures_of_absurd_size_are_not_decoded() -> None:
    side = 20_000
    assert side * side > MAX_PIXELS
    header = b"GIF89a" + struct.pack("<HH", side, side) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff"
    image = b"," + struct.pack("<HHHH", 0, 0, side, side) + b"\0\x02\x02\x4c\x01\x00;"
    with pytest.raises(MediaError):
        probe_file(io.BytesIO(header + image))


def test_the_container_leaves_the_file_open(film: Make) -> None:
    file = io.BytesIO(film("h264.mp4", options={"bf": "2", "g": "12"}).read_bytes())
    open_container(file).close()
    assert not file.closed


def test_media_time_0_lies_on_the_grid_of_the_picture(film: Make, make_tone: Callable[..., object]) -> None:
    path = film("lead.ts", frames=30, sound=make_tone(1.2), options={"g": "12"})
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert audio.start_time < video.start_time
        assert origin(container) == Fraction(video.start_time, 90_000)
