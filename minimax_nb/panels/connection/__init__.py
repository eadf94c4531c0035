"""Keys: which providers have one, a field that stores one, a test call."""
