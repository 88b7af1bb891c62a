"""What each sheet must show."""
