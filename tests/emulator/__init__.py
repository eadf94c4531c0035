"""Tests of the emulator, through its own door: a request in, an answer out."""
