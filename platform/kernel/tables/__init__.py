"""
Reading tables that others made (CSV and XLSX), in a process that can do nothing else.

`sandbox.read_table` is the way in. The other modules run inside that process: they know
nothing of Django, and what they import is all they ever open.
"""
