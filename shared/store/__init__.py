"""The bridge's own state: Azure Table Storage and Storage queues."""
