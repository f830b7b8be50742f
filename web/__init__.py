"""What every page is made of: layout, look, translations, the browser's client. Knows no feature."""
