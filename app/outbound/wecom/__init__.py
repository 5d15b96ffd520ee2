"""The WeCom channel: one long connection, and what is said through it."""
