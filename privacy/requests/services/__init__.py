"""What changes in the register, and is asked of the vault with it."""
