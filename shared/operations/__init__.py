"""The operator's side: status, dead letters, back-fill, rebuild, withdrawal, retention."""
