// What Serving holds is described in ARCHITECTURE.md.
