"""Objects, scenes and silences found in media, as detections and spans.

`run` (objects), `watch` (scenes), `listen` (silences) and `store` (models) are what the rest of the program calls: they
hand tasks to an executor, and importing them loads neither a codec nor a model. What the tasks of `tasks`, `watch` and
`listen` import when they run belongs in a worker process.
"""
