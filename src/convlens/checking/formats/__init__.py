"""Findings for people (text) and for programs (json, sarif)."""
