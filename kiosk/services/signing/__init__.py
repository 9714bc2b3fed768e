"""Forms on their way: issued, printed, signed on screen, scanned when they come back."""
