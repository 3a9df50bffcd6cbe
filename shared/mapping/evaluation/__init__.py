"""An origin and the rules become the wanted tasks. Pure."""
