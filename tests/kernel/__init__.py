"""The product in a real kernel."""
