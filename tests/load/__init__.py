"""Many calls at once, and many calls in a row."""
