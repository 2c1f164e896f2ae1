"""
`make load`: several organisations under mixed use, with servers restarted in the middle of it.

Bounded, on this machine only, and over by itself. Every body is looked through for what belongs to another
organisation. Sizes by variables; the defaults take a few minutes on two cores.
"""
