"""The history and what is made of it: sentences, audit, retention, redaction, documents. Pure."""
