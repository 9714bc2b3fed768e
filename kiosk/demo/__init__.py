"""An invented school with families and staff at work, for the demo and the benchmarks."""
