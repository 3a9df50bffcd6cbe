"""History on the record: documents, attributes, retention."""
