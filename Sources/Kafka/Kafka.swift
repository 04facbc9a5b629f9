// What Kafka holds is described in ARCHITECTURE.md.
