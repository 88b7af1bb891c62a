"""What a reader predicts and then tries, with answers from trainings that do just that."""
