"""Media files: what is in them, their frames and samples at exact times, thumbnails and waveforms.

`cutroom.media.library` holds what the rest of the program calls (probe, index, thumbnails, waveform); it hands tasks
to an executor and loads no codec. `cutroom.media.video` and `cutroom.media.audio` read frames and samples and belong
in a worker process.
"""
