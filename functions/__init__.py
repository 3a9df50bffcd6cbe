"""Function shells, one file a trigger family: parse, call one flow, answer."""
