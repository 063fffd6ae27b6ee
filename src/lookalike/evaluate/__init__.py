"""Protocols, metrics, calibration and reports: numbers about a face model that one can trust."""
