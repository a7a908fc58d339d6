"""What Terraform applies: one stack for each workspace, one foundation for each account."""
