"""The work queue of facilitators: filled, claimed, worked off."""
