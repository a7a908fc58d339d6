"""What must hold on every stack, one file a topic; each rule stands beside the changes that it must catch."""
