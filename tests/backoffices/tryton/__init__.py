"""A real Tryton with a bicycle shop in it."""
