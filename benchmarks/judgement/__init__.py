"""Decides how good the judgement is: measured on wars that happened, beside simpler rules."""
