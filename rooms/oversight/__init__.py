"""What adults do to keep stickies safe: look, with a reason; see traffic; pause; take a message back."""
