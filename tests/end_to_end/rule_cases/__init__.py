"""What the plan review's rules say of real plans: cases by group, many of which share a plan."""
