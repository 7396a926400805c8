"""Tests of the measuring stick, not of any measurement: no time is asserted."""
