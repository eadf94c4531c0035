"""The catalog, through its public names."""
