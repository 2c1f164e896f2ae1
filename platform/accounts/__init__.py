"""Who signs in with an account: staff on the console, client users at their organisation. Never participants."""
