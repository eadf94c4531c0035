"""The chat panel: a conversation, typed and read in a cell, and the same one in Python."""
