"""The flipped class: rules only; time and chance are arguments."""
