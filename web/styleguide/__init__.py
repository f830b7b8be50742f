"""The living page of components: every one in every state, for those who build pages."""
