"""Staff and client users. Participants are not accounts: they have a session of their own."""
