"""How children sign in without typing: class cards, and pictures."""
