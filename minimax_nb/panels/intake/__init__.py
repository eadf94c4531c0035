"""Files on their way from a page to a prompt: taken in slices, checked at once, shown before they are sent."""
