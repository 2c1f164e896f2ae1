"""
Preparing a project, until it is scheduled.

Facilitators write its texts and questions; whatever decides over people is for operators.
"""
