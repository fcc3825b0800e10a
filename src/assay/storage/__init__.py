"""Where things are kept: connections, migrations, transactions."""
