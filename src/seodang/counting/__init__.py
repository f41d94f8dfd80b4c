"""What a network costs, counted by formula: one formula a file, each with its source. Nothing here imports torch."""
