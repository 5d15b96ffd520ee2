"""One echo bot per client: each prints a line of JSON per message that it was given, and answers it.

The files that are named after an SDK run in an environment of that SDK and import nothing of ours.
"""
