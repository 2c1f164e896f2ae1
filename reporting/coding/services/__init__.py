"""What analysts do. Each function asks for the role, and whether the project is still being worked on."""
