"""What comes in from the network, before any front end sees it: by which name, from where, how much
and how often."""
