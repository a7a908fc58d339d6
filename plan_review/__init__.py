"""Reviews Terraform plans: says what is dangerous, and holds an apply to exactly what was reviewed.

Knows nothing of CDKTF; reads `terraform show -json` and the synthesized `cdk.tf.json`.
"""
