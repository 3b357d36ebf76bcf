"""The parts of `benchmarks/soak`: a plan, a site that it is done to, watchers, and the audit."""
