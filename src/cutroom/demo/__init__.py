"""The demo film: drawn shapes, backgrounds, speech-like sound and machine-readable frame numbers.

`film.write_demo_film` writes it; `shapes` and `backgrounds` also draw the pictures that the bundled detection model
learns from, so they need nothing but NumPy and OpenCV.
"""
