"""Runs a YOLOv5 checkout's own train.py, val.py or test.py, hooked from outside, and logs events."""
