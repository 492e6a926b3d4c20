"""Why, who may see it, and what would open it: answers around the one decision."""
