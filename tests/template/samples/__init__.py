"""The forms of [data], one by one."""
