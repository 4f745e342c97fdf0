"""The door for a report's text: records where it can be read, the text itself where it can't."""
