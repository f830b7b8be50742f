"""Single sign-on: a school's own OpenID provider says who somebody is, and the roster says who that is here."""
