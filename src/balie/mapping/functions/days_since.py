"""How many days have gone by since a date. Read-only: it has no way back."""

from datetime import date


def days_since(day: date, today: date) -> int:
    """Whole days from `day` to `today`; negative when it is still to come."""
    return (today - day).days
