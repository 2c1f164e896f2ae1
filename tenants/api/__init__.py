"""The interface for programs of account holders: client users at their organisation, staff on the console."""
