"""The sheet on which a person types a new sample and reads the prediction."""
