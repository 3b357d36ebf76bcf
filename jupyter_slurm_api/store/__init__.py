"""The adapter to MongoDB: jobs and their outputs, kept for life."""
