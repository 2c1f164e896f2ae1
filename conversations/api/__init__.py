"""The interface for programs: each method parses, calls one service or query, and says what came of it."""
