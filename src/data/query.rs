//! The search language for runs: parsing a filter into an expression.
