"""The exercises of each lesson: one module per lesson, imported when a notebook asks for it."""
