"""What the log says: who asked, what it meant for whom; reading it, taking it along."""
