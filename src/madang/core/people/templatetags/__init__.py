"""What templates of the people room write with."""
