"""What both systems hold of the names that a mapping uses: asked live, read only."""
