"""A blueprint as a picture and as a table. Light on the stage, dusk behind it."""
