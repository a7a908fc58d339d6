"""Asks a real account, before the first plan, whether a workspace could be deployed; reads only."""
