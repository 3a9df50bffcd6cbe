"""The mapping: from an OpenText origin to the tasks it asks for. Pure."""
