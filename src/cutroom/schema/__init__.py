"""Frozen values: exact time, media, clips, tracks, documents, detections, spans, export settings."""
