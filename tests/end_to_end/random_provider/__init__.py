"""A stand-in for the provider hashicorp/random, FOR TESTS ONLY: managed and ephemeral `random_password`."""
