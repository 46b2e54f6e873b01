"""Benchmarks: every figure beside raw SQL and a minimal view, taken in the same run.

*raw* writes and reads the same rows with psycopg and prepared statements, in processes
without a server: the physical limit. *floor* is a minimal Django REST framework view
around the same statement, behind the same server. *ours* is the product as it is served
in production. Figures are printed and written down, never asserted.
What is measured and how to read it: docs/benchmarks.md.
"""
