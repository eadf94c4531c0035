"""Tests of recording and replay, below the chat."""
