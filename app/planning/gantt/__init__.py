"""Plans drawn: a chart made of a schedule or of the plant's plan, and the chart as an SVG picture."""
