"""The operator's commands, one file a family; `manage.py` puts them together."""
