"""Files: how they arrive, are checked, kept and handed out; attachments of messages, and the shelf of a room."""
