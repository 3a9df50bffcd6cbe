"""Build the zip that is deployed, and test what is in it: `python -m local.packaging`."""
