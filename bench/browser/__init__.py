"""What a real browser makes of the pages: their weight, their scrolling, their rest, and what Lighthouse says."""
