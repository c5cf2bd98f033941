"""Which model hears: the store's models, which of them is chosen, fetching and comparing them."""
