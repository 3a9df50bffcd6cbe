"""One file an action that `decide` may want done."""
