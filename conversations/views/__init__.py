"""Views by audience. A view parses, asks, calls one service and renders."""
