"""Input of the demonstration, made from a fixed seed."""
