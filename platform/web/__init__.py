"""The design system: layout, components, error pages, static files."""
