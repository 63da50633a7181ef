"""What effects and transitions there are: their declarations, by theme."""
