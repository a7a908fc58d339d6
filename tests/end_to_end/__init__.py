"""The shipped JSON, run by the real Terraform and the real AWS provider against an emulated AWS."""
