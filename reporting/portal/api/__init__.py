"""The organisation's own side for programs: the figures of its pages, and nothing that they do not show."""
