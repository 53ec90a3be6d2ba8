"""How fast the site is; `make bench` prints the figures."""
