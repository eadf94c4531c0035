"""The playground: a prompt, the settings of a call as controls, the reply, and the same call as code."""
