"""Rights under the Personal Data Protection Act: access, deletion and erasure."""
