"""Across the Caspian: what the book is about. Its observations, models, claims and look.

How it becomes a book is the business of :mod:`openbook`.
"""
