"""Values at the bottom of the house: messages, requests, events, usage, replies.

Nothing here knows of a protocol, a provider, a clock or a screen. Imports point down this list:
``shown``, ``media``, ``parts``, ``saved``, ``tools``, ``scene``, ``request``, ``usage``, ``bill``, ``events``,
``reply``.
"""
