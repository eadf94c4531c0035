"""A folder for ``PYTHONPATH``: every Python started with it refuses connections that leave this computer."""
