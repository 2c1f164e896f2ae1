"""What services that we use tell us: signed by them, and seen by nobody else."""
