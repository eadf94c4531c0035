"""The example notebooks: each is what its cells give, and fit to be read by anybody."""
