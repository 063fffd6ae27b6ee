"""What is told of a face beside its box: landmarks, attributes, and measures on Amazon's scales."""
