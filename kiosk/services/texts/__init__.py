"""The school's own wording: texts that a school may replace, read and checked."""
