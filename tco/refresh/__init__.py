"""
Refresh: fetches list prices from the providers' public endpoints, checks them, and puts them into the price list.

Nothing here runs while a page does: a price list is a file, and only `tco prices refresh` changes it.
"""
