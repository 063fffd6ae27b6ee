"""Which celebrity a face looks like, and how alike two photos are."""
