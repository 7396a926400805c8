"""What happens behind the line of visibility after a form was accepted: instances of the story."""
