"""What comes into a room from outside: feeds, cards of links, videos."""
