"""What is read and written, as frozen, typed models. No I/O."""
