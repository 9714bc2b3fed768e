"""The school's wording: texts that a school may replace, read and checked."""
