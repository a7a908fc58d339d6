"""checkov on what `App.synth()` wrote: no failed check, but for the skips, each with its reason."""
