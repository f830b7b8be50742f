"""Notes about a learner, for those who need them: who will see one is shown before it is sent."""
