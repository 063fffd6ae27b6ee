"""Who was taken down, and stays out: receipts, and the keys that keep people out."""
