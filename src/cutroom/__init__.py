"""Cutroom: a video editor that lives in Jupyter."""

__version__ = "0.1.0"
