"""Independent programs as clients of the emulator's loopback server: they judge what it says, and we what they send.

``judging`` holds the SDKs' own types against each event and lists what the real service sends against them.
"""
