"""The search for better schedules: annealing on machine sequences, compiled, on several threads."""
