"""Who signs in: people, sign-in pages, sessions, and how the customer's pages read them."""
