"""From a segment to its pixels. Child side only: it runs in a worker."""
