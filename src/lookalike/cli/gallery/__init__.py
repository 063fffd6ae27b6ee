"""`lookalike gallery`: the people that faces are compared with."""
