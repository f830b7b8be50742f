"""What a school has settled about who may do what: shipped rules, its own changes, its own roles."""
