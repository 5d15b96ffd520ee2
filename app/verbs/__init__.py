"""What the larger verbs of the command do; each builds its service through main."""
