"""Work report (업무보고)."""
