"""From a segment to its samples. Child side only: it runs in a worker."""
