"""How somebody looks beside who they are: the shape of the face, hair and outline of the head.

Only the order of look-alikes is told by it, never who somebody is: docs/resemblance.md.
"""
