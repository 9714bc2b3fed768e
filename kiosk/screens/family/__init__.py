"""The screens of a parent's visit with the child's login."""
