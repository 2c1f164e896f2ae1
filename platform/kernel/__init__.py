"""
What every package stands on: errors, zones, tenants, tasks, sealing, storage and mail.

The kernel knows nothing about conversations, and imports no other package of ours.
"""
