"""Fuzzing of everything that reads bytes from a server: ``oracle`` judges one input, ``target`` makes them up."""
