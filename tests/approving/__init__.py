"""A colleague approves what a form sends."""
