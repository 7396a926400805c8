"""What this shop added to its Tryton: two warnings, as many a Tryton has its own.

Runs inside Tryton. Tryton's own client shows a warning to whoever works there, and goes on when
they say so; of a program it wants to hear the same.
"""
