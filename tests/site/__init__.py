"""The pages that are written for the project's site, before Sphinx sets them."""
