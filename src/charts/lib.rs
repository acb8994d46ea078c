//! Chart values, and functions that draw them on any plotters backend.
