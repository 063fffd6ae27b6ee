"""Model packs: networks that the user adds beside the ones that ship, and which of them is used.

recipe, file or address -> fetch -> inspect -> selftest -> a folder with model.json -> installed
"""
