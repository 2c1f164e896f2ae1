"""
Settings, sites, the `manage` command, the processes and the embedded services.

The top of the stack: may import everything, is imported by nothing.
"""
