"""What the workflows do besides Terraform and the review: comments, issues, records, checks after an apply, copies."""
