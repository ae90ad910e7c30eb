"""
The pages: widgets and charts over the library, and the server that shows them.
"""
