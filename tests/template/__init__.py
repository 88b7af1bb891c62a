"""What a template may say, and how it says no."""
