"""
The vault: people, behind one interface. Only this package opens its database or a private key.

The rest of the system uses `privacy.vault.interface` and knows nothing else of it.
"""
