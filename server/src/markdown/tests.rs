//! What rendering does, and what never comes through.
