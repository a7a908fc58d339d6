"""Pure tests in milliseconds, behaviour and guardrails on one synthesis, snapshots, end to end."""
