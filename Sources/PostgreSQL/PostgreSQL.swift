// What PostgreSQL holds is described in ARCHITECTURE.md.
