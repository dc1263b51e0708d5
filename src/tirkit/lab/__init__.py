"""What rules and selectors cost and gain: over recorded attempts, and over simulated ones."""
