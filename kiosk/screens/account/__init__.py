"""The screens of somebody who signs on with a parent account (the guide's step 三)."""
