"""Who a person is to the systems: links, and all the ways in which one comes to be and ends."""
