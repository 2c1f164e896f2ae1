"""What the interface for programs has in common on every site. It renders; services decide."""
