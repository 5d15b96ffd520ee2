"""Text in, a reading out: normalise, rules, entities, the local model, or unsure with choices."""
