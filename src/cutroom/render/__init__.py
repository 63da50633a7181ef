"""From a document to a finished file: plan, runs of segments in workers, cache, mux, verification, publication.

::

    export.export ─► plan.plan ─► tasks.render_run, render_sound (workers) ─► cache ─► spool
                                                                                         │
              publish (rename) ◄── tasks.verify_file (worker) ◄── tasks.mux (worker) ◄───┘

`plan` is pure; `encode`, `mux` and `examine` run in workers; `export` ties them together.
"""
