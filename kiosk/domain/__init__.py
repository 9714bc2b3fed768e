"""The domain: frozen dataclasses, enums and errors, without database or screen."""
