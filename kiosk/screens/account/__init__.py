"""The screens of a parent account (the guide's step 三)."""
