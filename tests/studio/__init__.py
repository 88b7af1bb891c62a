"""The studio: who comes in, what each form would be as a command, and what becomes of files and jobs."""
