"""The forms in which a template may give its samples: written out, as letters, in a CSV file, as arrays."""
