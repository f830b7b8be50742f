"""Whether one may write in a room now, and when that changes: said on the page, by the API, and live at the moment."""
