"""Effects, transitions and titles: what there is, what it takes, and the compiler that turns a document into pictures.

The registry is data; `compile` is pure; only `run` touches pixels, and it runs in a worker.
"""
