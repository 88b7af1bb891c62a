"""The starter, room by room."""
