"""A schedule question in, a checked plan out; nothing here loads the solver library but `solve`."""
