"""Files that come in: CSV to typed rows, each row with exactly one outcome."""
