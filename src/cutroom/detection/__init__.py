"""Objects, scenes and silences found in media, as detections and spans.

`cutroom.detection.run`, `.scenes`, `.silences` and `.store` are what the rest of the program calls: they hand tasks
to an executor and load neither a codec nor a model. `.tasks`, `.scene_tasks` and what they import belong in a worker
process.
"""
