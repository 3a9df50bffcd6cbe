"""What others tell us: OpenText's hints, Graph's notifications."""
