"""Models side by side: one prompt, a column each."""
