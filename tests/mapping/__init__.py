"""Tests of balie.mapping."""
