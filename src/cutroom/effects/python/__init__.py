"""Effects that are functions of Python: what they say about themselves, how they are defined, how they are pickled.

Opening a project reads what the code says about itself and nothing else: it is unpickled in a locked worker only.
"""
