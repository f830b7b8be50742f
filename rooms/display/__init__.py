"""A room on the big screen: nothing but the room."""
