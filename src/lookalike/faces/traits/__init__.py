"""What shows on a face beside whose it is: open eyes and mouths, smiles, glasses, beards."""
