"""What is written and not sent: drafts that follow a person to every device, and messages that wait for their time."""
