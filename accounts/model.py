"""Tables of schools, people, groups, terms and sessions."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from storage.schema import index_of_moments, metadata

school = Table(
    "school",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("rights_version", Integer, nullable=False, server_default="0"),  # counts changes of roles and policy
    Column("settings", Text, nullable=False, server_default="{}"),  # JSON of settings.SchoolSettings
    Column("look", Text, nullable=False, server_default=text("'{}'")),  # JSON of looks.rules.SchoolLook
)

role = Table(
    "role",  # a school's own; the built-in ones are in rights.py
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("base", Text, nullable=False),  # the built-in role it was copied from, whose limits it keeps
    Column("created_ms", BigInteger, nullable=False),
    UniqueConstraint("school_id", "name"),
)

policy_change = Table(
    "policy_change",  # where a school differs from the policy of its phase
    metadata,
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("rule", Text, nullable=False),  # the rule's name
    Column("body", Text),  # JSON of policy.Rule; none: the school does without this rule
    Column("changed_by", Text, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("school_id", "rule"),
)

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("login", Text, nullable=False),  # folded by rules.fold_login
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password", Text),  # an argon2id hash; none: this person cannot sign in with a password
    Column("disabled_ms", BigInteger),
    Column("created_ms", BigInteger, nullable=False),
    Column("full_name", Text, nullable=False, server_default=text("''")),  # for staff; `name` is what everybody sees
    Column("sourced_id", Text),  # the roster's id; accounts are matched by nothing else
    Column("year", Text),  # a learner's, such as R, 1 or 13
    Column("starts_ms", BigInteger),  # nobody before this moment: a future starter
    Column("left_ms", BigInteger),  # from this moment on they read and no longer write
    Column("off_ms", BigInteger),  # from this moment on the account is closed
    Column("manager_id", Text, ForeignKey("person.id")),
    Column("erased_ms", BigInteger),  # nothing personal is left in this row
    Column("preferences", Text, nullable=False, server_default=text("'{}'")),  # JSON of looks.rules.Preferences
    index_of_moments("starts_ms"),
    index_of_moments("left_ms"),
    index_of_moments("off_ms"),
    UniqueConstraint("school_id", "login"),
    Index(
        "uq_person_school_id_sourced_id", "school_id", "sourced_id", unique=True,
        sqlite_where=text("sourced_id IS NOT NULL"), postgresql_where=text("sourced_id IS NOT NULL"),
    ),
)  # fmt: skip

# What people read as somebody's role, where `role` is joined to it from outside: its name if the school made it itself.
role_called = func.coalesce(role.c.name, person.c.role)

school_group = Table(
    "school_group",
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("sourced_id", Text),
    Column("kind", Text, nullable=False),  # class, teaching, tutor, house, year, club, department
    Column("name", Text, nullable=False),
    Column("year", Text),
    Column("archived_ms", BigInteger),
    Column("created_ms", BigInteger, nullable=False),
    Index(
        "uq_school_group_school_id_sourced_id", "school_id", "sourced_id", unique=True,
        sqlite_where=text("sourced_id IS NOT NULL"), postgresql_where=text("sourced_id IS NOT NULL"),
    ),
    Index(None, "school_id"),
)  # fmt: skip

group_member = Table(
    "group_member",
    metadata,
    Column("group_id", Text, ForeignKey("school_group.id"), nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("part", Text, nullable=False),  # learner, teacher, assistant, head
    Column("origin", Text, nullable=False),  # roster, name (by hand), cover (for given days)
    Column("from_ms", BigInteger),  # none: since ever
    Column("until_ms", BigInteger),  # none: for ever
    Column("given_by", Text),
    index_of_moments("from_ms"),
    index_of_moments("until_ms"),
    PrimaryKeyConstraint("group_id", "person_id", "part", "origin"),
    Index(None, "person_id"),
    sqlite_with_rowid=False,
)

guardian = Table(
    "guardian",
    metadata,
    Column("guardian_id", Text, ForeignKey("person.id"), nullable=False),
    Column("learner_id", Text, ForeignKey("person.id"), nullable=False),
    Column("origin", Text, nullable=False),  # roster or name
    PrimaryKeyConstraint("guardian_id", "learner_id"),
    Index(None, "learner_id"),
    sqlite_with_rowid=False,
)

term = Table(
    "term",
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("sourced_id", Text),
    Column("kind", Text, nullable=False),  # term, half_term, inset, holiday
    Column("name", Text, nullable=False),
    Column("starts_on", Text, nullable=False),  # ISO dates, both inclusive, in the school's time zone
    Column("ends_on", Text, nullable=False),
    Column("origin", Text, nullable=False),  # roster or name
    Index(None, "school_id"),
)

session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),  # may be shown and logged; the token may not
    Column("token_hash", Text, nullable=False, unique=True),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("device", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("method", Text, nullable=False, server_default="password"),  # password, card, picture, passkey, sso
    Column("strong", Boolean, nullable=False, server_default=text("false")),  # a second factor was shown
    Column("in_school", Boolean, nullable=False, server_default=text("false")),  # begun on the school's network
    Index(None, "person_id"),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("subject", Text, primary_key=True),  # an account or a device, never an address
    Column("failures", Integer, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Index(None, "last_ms"),  # old ones are forgotten with every sign-in
)
