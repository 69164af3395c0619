"""Decides what can be asked of the record: one function a question, plain portable SQL.

Every function takes a reader and `known`: the position up to which the log counts (`reader.NOW`:
all of it), so each question can be asked of any earlier state of knowledge.
"""
