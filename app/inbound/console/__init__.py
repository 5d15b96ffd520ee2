"""The console's door: a unix socket that anybody entitled may read, and a PIN opens for writing."""
