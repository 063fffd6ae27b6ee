"""The tests, and what several of them use: real photos, servers, clients and browsers."""
