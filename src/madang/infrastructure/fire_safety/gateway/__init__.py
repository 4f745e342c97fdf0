"""Where signals come in: recorded lines, and messages of radio networks."""
