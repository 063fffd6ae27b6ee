"""The people that ship with the package: reviewed tables, and what makes galleries of them."""
