"""The prompt floor, through its public names."""
