"""Networks: what each is and how it is opened; which are used; how users add their own.

recipe, file or address -> download -> inspection -> selftest -> a folder with model.json
"""
