"""How the app is synthesized fast, and what the user sees of it."""
