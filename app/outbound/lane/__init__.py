"""The local model: checked weights, a supervised child process that evaluates them, a queue before it."""
