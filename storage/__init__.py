"""The database: connections, transactions that publish after commit, group commit, migrations."""
