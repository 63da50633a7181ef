"""From a document to frozen segments: pure, and fast."""
