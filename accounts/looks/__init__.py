"""How Corridor looks and behaves: for a person, who settles it for themselves, and for a school."""
