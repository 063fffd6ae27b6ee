"""Lookalike inside other programs: one engine with the same methods here and on a server.

A method makes a question (`questions`). It is answered by our own networks in this process
(`local`), or by the JSON API of a server (`remote`). Either way the answer is what
`lookalike.answers` says of a photo, read into the classes of `results`.
"""
