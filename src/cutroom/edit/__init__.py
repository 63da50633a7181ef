"""Editing: the operations, the pure function that applies them, history and journal."""
