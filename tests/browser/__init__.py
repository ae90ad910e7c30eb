"""
Facts about the pages, in Chromium.
"""
