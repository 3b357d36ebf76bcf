"""The parts of `benchmarks/compare`: ways to ask, the programs behind them, what was seen."""
