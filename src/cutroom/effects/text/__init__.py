"""Text as pictures: titles and subtitles."""
