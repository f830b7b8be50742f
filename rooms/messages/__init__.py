"""Messages in a room: post, reply, edit, remove."""
