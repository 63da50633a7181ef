"""Files of Final Cut Pro 7's XML that make no sense, or that somebody made to do harm."""

from __future__ import annotations

import pytest
from xmeml import FILE, RATE, frames, item, read, remap, sequence

from cutroom.errors import InterchangeError

PLAIN = sequence(f"<track>{item(0, 10, 0, 10)}</track>")
HOSTILE = {
    "no number": (PLAIN.replace("<start>0<", "<start>soon<"), "<start> of clipitem c"),
    "not a number": (PLAIN.replace("<start>0<", "<start>NaN<"), "<start> of clipitem c"),
    "endless": (PLAIN.replace("<out>10<", "<out>Infinity<"), "<out> of clipitem c"),
    "huge": (PLAIN.replace("<end>10<", f"<end>{'9' * 15}<"), "<end> of clipitem c"),
    "many digits": (PLAIN.replace("<end>10<", f"<end>{'9' * 100_000}<"), "<end> of clipitem c"),
    "rate 0": (PLAIN.replace("<timebase>25<", "<timebase>0<"), "<timebase> of sequence S"),
    "rate NaN": (PLAIN.replace("<timebase>25<", "<timebase>NaN<"), "<timebase> of sequence S"),
    "rate huge": (PLAIN.replace("<timebase>25<", f"<timebase>{'9' * 5000}<"), "<timebase> of sequence S"),
    "no rate": (PLAIN.replace(RATE, ""), "sequence S has no frame rate"),
    "speed NaN": (sequence(f"<track>{item(0, 9, 0, 9, remap('NaN'))}</track>"), "<speed> of clipitem c"),
    "speed huge": (sequence(f"<track>{item(0, 9, 0, 9, remap('1e999999999'))}</track>"), "<speed> of clipitem c"),
    "missing file": (sequence(f"<track>{item(0, 9, 0, 9, file='<file id="gone"/>')}</track>"), "file 'gone'"),
    "missing sequence": (
        sequence(f"<track>{item(0, 9, 0, 9, file='<sequence id="gone"/>')}</track>"), "sequence 'gone'",
    ),
    "two files of one id": (
        sequence(f"<track>{item(0, 9, 0, 9)}{item(9, 18, 0, 9, file=FILE.replace('a.mov', 'b.mov'))}</track>"),
        "the id 'f' of file b.mov",
    ),
    "itself": (sequence(f"<track>{item(0, 9, 0, 9, file='<sequence id="s"/>')}</track>"), "sequence S shows itself"),
    "entities": (f'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>{PLAIN.replace(">S<", ">&b;<")}', "declares"),
    "another format": ("<fcpxml/>", "<fcpxml>"),
    "nothing": ('<xmeml version="5"/>', "no sequence"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_files_that_make_no_sense_are_refused_by_the_elements_name(name: str) -> None:
    text, said = HOSTILE[name]
    with pytest.raises(InterchangeError) as caught:
        read(text)
    assert said in caught.value.message
    assert caught.value.hint


def _nest(depth: int, width: int) -> str:
    """Sequences each of which shows the next one some times."""
    made = [
        f'<sequence id="s{i}"><name>s{i}</name>{RATE}<media><video><track>'
        + "".join(item(9 * j, 9 * j + 9, 0, 9, file=f'<sequence id="s{i + 1}"/>') for j in range(width))
        + "</track></video></media></sequence>"
        for i in range(depth)
    ]
    last = f'<sequence id="s{depth}">{RATE}<media><video><track>{item(0, 9, 0, 9)}</track></video></media></sequence>'
    return f"<xmeml><project><children>{''.join(made)}{last}</children></project></xmeml>"


def test_sequences_within_sequences_are_bounded() -> None:
    document, _ = read(_nest(10, 2))
    assert len(document.compounds) == 10
    for text, said in ((_nest(60, 1), "nest"), (_nest(18, 4), "unfolds"), (_nest(5_000, 1), "s")):
        with pytest.raises(InterchangeError) as caught:
            read(text)
        assert said in caught.value.message


def test_a_link_to_what_is_not_there_and_to_itself_is_no_link() -> None:
    links = "<link><linkclipref>gone</linkclipref></link><link><linkclipref>c</linkclipref></link>"
    document, report = read(sequence(f"<track>{item(0, 9, 0, 9, links)}</track>"))
    ((_, clip),) = document.tracks[0].clips()
    assert clip.link is None
    assert report.complete


def test_clips_that_overlap_or_last_no_time_are_named() -> None:
    text = (
        item(0, 20, 0, 20, name="a") + item(10, 30, 0, 20, name="b") + item(12, 18, 0, 6, name="c") + item(40, 40, 5, 5)
    )
    document, report = read(sequence(f"<track>{text}</track>"))
    assert frames(document.tracks[0]) == [(0, 20, 0), (20, 30, 10)]
    assert len(report) == 3
