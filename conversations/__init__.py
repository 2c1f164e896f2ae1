"""Conversations: areas and streams, ideas, comments and votes, and the site on which they happen."""
