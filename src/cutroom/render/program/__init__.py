"""The same edit for the ffmpeg program: its argument vector, for reading and for checking. Pure text; nothing runs."""
