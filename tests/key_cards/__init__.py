"""A made-up second step, as somebody else would write one: see `tests.key_cards.methods`."""
