"""The notebook kit for MiniMax models."""
