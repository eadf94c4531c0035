"""The product in real front ends."""
