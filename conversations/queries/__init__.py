"""What pages read. Every function takes the person, and shows what that person may see."""
