"""WeCom's web API: what a self-built app sends, and a group's webhook."""
