"""What the port promises, asked of both logs by the same tests."""
