"""Engines on other machines, that do the work of this one."""
