"""What each view of the page asks for: a module a view, each function a call of what the command of the same purpose calls."""
