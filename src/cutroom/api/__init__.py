"""The façades that people use: thin handles over a session, no logic of their own."""
