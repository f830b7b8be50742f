"""What is kept about a person: handed out as a whole, held, and taken away."""
