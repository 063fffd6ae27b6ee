"""Every hole that was found in the product, tried again on servers that are started for it."""
