"""People's requests for their own data: the register, its clock, and the pages. Who asks is known to the vault alone."""
