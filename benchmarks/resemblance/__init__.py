"""Whether people agree more with another order of look-alikes: triplets for them to judge."""
