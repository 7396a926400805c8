"""What happens behind the line of visibility, with everything real but the clock."""
