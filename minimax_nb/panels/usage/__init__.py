"""What was used, live: figures, budgets, a plot."""
