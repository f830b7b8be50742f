"""Small measurements behind single decisions; each page of docs/decisions/ names its command."""
