"""What staff see of customers' actions, and how they settle what does not go on by itself."""
