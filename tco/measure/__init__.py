"""
Measuring real servers on this machine: what `tco measure` runs. Only the command line imports it.

This file imports nothing: the measured servers import the package too, and what it took would count as theirs.
"""
