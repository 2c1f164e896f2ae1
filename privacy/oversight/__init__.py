"""What the control plane keeps of identifications, and who is on duty. Nothing here leads to a participant."""
